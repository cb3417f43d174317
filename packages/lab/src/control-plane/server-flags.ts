import { join } from 'node:path';

/** Where the files of one control plane are: what it keeps, tokens among it, below one folder, what it says in another. */
export function controlPlaneFiles(folder: string, logs: string): ControlPlaneFiles {
  const at = (name: string): string => join(folder, name);
  return {
    etcdData: at('etcd'),
    certificates: at('certificates'),
    // The API server makes both by itself: a CA of its own, and a certificate for its names and addresses.
    ca: join(at('certificates'), 'apiserver.crt'),
    tokens: at('tokens.csv'),
    serviceAccountKey: at('service-account.key'),
    auditPolicy: at('audit-policy.json'),
    auditLog: join(logs, 'audit.log'),
    kubeconfig: (user) => at(`${user}.kubeconfig`),
    log: (server) => join(logs, `${server}.log`),
  };
}

export interface ControlPlaneFiles {
  readonly etcdData: string;
  readonly certificates: string;
  readonly ca: string;
  readonly tokens: string;
  readonly serviceAccountKey: string;
  readonly auditPolicy: string;
  readonly auditLog: string;
  kubeconfig(user: string): string;
  log(server: string): string;
}

/** TCP ports. Both of etcd are on the loopback address. */
export interface ControlPlanePorts {
  readonly etcd: number;
  readonly etcdPeer: number;
  readonly apiServer: number;
}

/** Where a control plane is on its network. */
export interface ControlPlaneLayout {
  /** Of the API server. No loopback address: no Service may have one for an endpoint, and the API server is one. */
  readonly address: string;
  /** CIDR, for the virtual addresses of Services. */
  readonly serviceRange: string;
  readonly ports: ControlPlanePorts;
}

/** What admission had to say about pods: annotations of webhooks and policies. The requests themselves are not kept. */
export const auditPolicy = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived'],
  rules: [
    {
      level: 'Metadata',
      verbs: ['create', 'update', 'patch'],
      resources: [{ group: '', resources: ['pods'] }],
    },
    { level: 'None' },
  ],
} as const;

export function etcdFlags(
  files: ControlPlaneFiles,
  { etcd, etcdPeer }: ControlPlanePorts,
): readonly string[] {
  const client = `http://127.0.0.1:${etcd}`;
  const peer = `http://127.0.0.1:${etcdPeer}`;
  return [
    `--data-dir=${files.etcdData}`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
    // What a power cut would lose is thrown away a minute later.
    '--unsafe-no-fsync',
    '--log-level=warn',
  ];
}

/** Admission plugins are those that are on by default, PodSecurity and both kinds of admission policy among them. */
export function apiServerFlags(
  files: ControlPlaneFiles,
  { address, serviceRange, ports }: ControlPlaneLayout,
): readonly string[] {
  return [
    `--etcd-servers=http://127.0.0.1:${ports.etcd}`,
    `--advertise-address=${address}`,
    `--secure-port=${ports.apiServer}`,
    `--cert-dir=${files.certificates}`,
    `--service-cluster-ip-range=${serviceRange}`,
    // Webhooks are called at the addresses of their Service's endpoints: that takes no kube-proxy.
    '--enable-aggregator-routing=true',
    '--authorization-mode=Node,RBAC',
    `--token-auth-file=${files.tokens}`,
    '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
    `--service-account-key-file=${files.serviceAccountKey}`,
    `--service-account-signing-key-file=${files.serviceAccountKey}`,
    // What a cluster of kubeadm says too; PodSecurity still decides.
    '--allow-privileged=true',
    `--audit-policy-file=${files.auditPolicy}`,
    `--audit-log-path=${files.auditLog}`,
    '--profiling=false',
  ];
}

export function controllerManagerFlags(files: ControlPlaneFiles): readonly string[] {
  return [
    ...controllerFlags(files.kubeconfig('kube-controller-manager')),
    '--use-service-account-credentials=true',
    `--root-ca-file=${files.ca}`,
    `--service-account-private-key-file=${files.serviceAccountKey}`,
  ];
}

export function schedulerFlags(files: ControlPlaneFiles): readonly string[] {
  return controllerFlags(files.kubeconfig('kube-scheduler'));
}

function controllerFlags(kubeconfig: string): readonly string[] {
  return [
    `--kubeconfig=${kubeconfig}`,
    // One of each, and nobody who would ask for its health.
    ...['--leader-elect=false', '--secure-port=0'],
    // At its own 20 calls a second, the controller manager spends four seconds on its service accounts.
    ...['--kube-api-qps=500', '--kube-api-burst=1000'],
  ];
}
