import type { NodeSpec, OtherNode } from './node-spec';
import { givenFiles } from './node-spec';

/** Where a node finds its own files and its logs, inside. Both are folders of the host. */
export const insideNode = { files: '/podlag/files', logs: '/podlag/logs' } as const;

/** The socket on which containerd answers ctr and kubelet, containerd's default. */
export const containerdSocket = '/run/containerd/containerd.sock';

/** What every pod's first container is. It is pinned: kubelet never removes it, and no registry could give it back. */
export const sandboxImage = 'localhost/podlag/pause:1';

/** The names of the files that are made for a node, in its folder. */
export const madeFiles = {
  script: 'node-script',
  containerd: 'containerd.toml',
  cni: '10-pods.conflist',
  kubelet: 'kubelet.json',
  network: 'network.ip',
} as const;

/** The same for every node, and for the kernel that prepares a disk. */
export const containerdConfig = `version = 3

[plugins.'io.containerd.cri.v1.runtime'.cni]
  bin_dirs = ['/usr/lib/cni']
  conf_dir = '/etc/cni/net.d'

[plugins.'io.containerd.cri.v1.images'.pinned_images]
  sandbox = '${sandboxImage}'
`;

/** A CNI network configuration list: pods on a bridge of the node, routed, never translated. */
export function cniConfig(podRange: string): string {
  return json({
    cniVersion: '1.0.0',
    name: 'pods',
    plugins: [
      {
        type: 'bridge',
        bridge: 'cni0',
        isGateway: true,
        hairpinMode: true,
        ipam: { type: 'host-local', ranges: [[{ subnet: podRange }]], routes: [{ dst: '0.0.0.0/0' }] },
      },
    ],
  });
}

/** A KubeletConfiguration of kubelet.config.k8s.io/v1beta1. What is not said here is as on any cluster. */
export function kubeletConfig({ clusterDns }: Pick<NodeSpec, 'clusterDns'>): string {
  return json({
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: `${insideNode.files}/${givenFiles.clientCa}` },
    },
    authorization: { mode: 'Webhook' },
    containerRuntimeEndpoint: `unix://${containerdSocket}`,
    clusterDNS: [clusterDns],
    clusterDomain: 'cluster.local',
    // The host's name servers are not to be reached from here, and a look-up that fails at once beats one that times out.
    resolvConf: '',
    maxPods: 110,
    ...withoutSystemd,
    ...onDiskThatIsThrownAway,
    // The tree is read-only, and kubelet's default is below /usr.
    volumePluginDir: '/var/lib/kubelet/volume-plugins',
    // They are for a kube-proxy in iptables mode on the node. This one's kernel has no NAT, and kube-proxy is elsewhere.
    makeIPTablesUtilChains: false,
  });
}

/** Kubelet makes the pods' cgroups by itself; the kernel has no cpuset controller, which its classes of service want. */
const withoutSystemd = {
  cgroupDriver: 'cgroupfs',
  cgroupsPerQOS: false,
  enforceNodeAllocatable: [],
} as const;

/** The images are all that there will ever be, and kubelet knows neither the kind of the disk nor that of the root. */
const onDiskThatIsThrownAway = {
  failSwapOn: false,
  localStorageCapacityIsolation: false,
  imageGCHighThresholdPercent: 100,
  evictionHard: {
    'memory.available': '0%',
    'nodefs.available': '0%',
    'nodefs.inodesFree': '0%',
    'imagefs.available': '0%',
  },
} as const;

/** Lines for `ip -batch`, inside the node: its own address, and the way to everyone else's. */
export function networkCommands(
  spec: Pick<NodeSpec, 'address' | 'prefixLength' | 'gateway' | 'otherNodes'>,
): string {
  const routes = spec.otherNodes.map(
    ({ address, podRange }: OtherNode) => `route add ${podRange} via ${address}`,
  );
  return [
    `addr add ${spec.address}/${spec.prefixLength} dev vec0`,
    'link set vec0 up',
    `route add default via ${spec.gateway}`,
    ...routes,
    '',
  ].join('\n');
}

const json = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`;
