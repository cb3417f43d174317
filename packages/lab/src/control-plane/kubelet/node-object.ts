import { bedNetwork } from '../bed-network';

/** What a node that nobody has would say of itself. */
export interface NodePlan {
  readonly name: string;
  readonly zone: string;
}

/** Three nodes in three zones of one region: enough for every spread and anti-affinity of a small Deployment. */
export const nodePlans: readonly NodePlan[] = ['a', 'b', 'c'].map((zone, index) => ({
  name: `podlag-node-${index + 1}`,
  zone: `lab-1${zone}`,
}));

const conditions = [
  { type: 'Ready', status: 'True', reason: 'KubeletReady' },
  ...['MemoryPressure', 'DiskPressure', 'PIDPressure'].map((type) => ({
    type,
    status: 'False',
    reason: 'Enough',
  })),
];

/** The Node to create. */
export function nodeObject({ name, zone }: NodePlan): object {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: {
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': 'linux',
        'kubernetes.io/arch': 'amd64',
        'topology.kubernetes.io/region': 'lab-1',
        'topology.kubernetes.io/zone': zone,
      },
    },
  };
}

/** Its status: more room than any test asks for. */
export function nodeStatus({ name }: NodePlan, version: string, now: string): object {
  const capacity = { cpu: '64', memory: '256Gi', 'ephemeral-storage': '1Ti', pods: '1000' };
  return {
    capacity,
    allocatable: capacity,
    addresses: [
      { type: 'InternalIP', address: bedNetwork.nodeIp },
      { type: 'Hostname', address: name },
    ],
    conditions: conditions.map((condition) => ({
      ...condition,
      lastHeartbeatTime: now,
      lastTransitionTime: now,
      message: "podlag's bed has no such thing",
    })),
    nodeInfo: {
      kubeletVersion: version,
      architecture: 'amd64',
      operatingSystem: 'linux',
      osImage: "podlag's bed",
      kernelVersion: '',
      containerRuntimeVersion: 'none://1',
      kubeProxyVersion: '',
      machineID: name,
      systemUUID: name,
      bootID: name,
    },
  };
}
