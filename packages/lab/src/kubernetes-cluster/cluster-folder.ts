import { join } from 'node:path';

/** There is one cluster a machine, and it is always found here. */
export const clusterFolder = '/var/lib/podlag-cluster';

/** What is in the cluster's folder. All may read it, but for `kubeconfig` and `data`. */
export interface ClusterFiles {
  readonly folder: string;
  /** What the cluster is, and how far it is: cluster-state.ts. */
  readonly state: string;
  /** Of the administrator who started it. */
  readonly kubeconfig: string;
  /** kubectl and helm, of the cluster's own release. */
  readonly programs: string;
  /** A file for each node whose link is cut: cut-links.ts. */
  readonly cutLinks: string;
  readonly logs: string;
  readonly supervisorLog: string;
  /** Keys, etcd, disks: root's alone. Every process of the cluster names it on its command line. */
  readonly data: string;
  readonly controlPlane: string;
  readonly supervisorSpec: string;
  /** TMPDIR of all that runs in it. */
  readonly temporary: string;
  /** A node's logs: `console.log`, `containerd.log`, `kubelet.log`. */
  nodeLogs(node: string): string;
  /** What a node's kubelet reads and writes outside of its kernel. */
  nodeFiles(node: string): string;
  nodeDisk(node: string): string;
}

export function clusterFiles(folder: string = clusterFolder): ClusterFiles {
  const at = (...names: readonly string[]): string => join(folder, ...names);
  return {
    folder,
    state: at('cluster.json'),
    kubeconfig: at('kubeconfig'),
    programs: at('bin'),
    cutLinks: at('cut-links'),
    logs: at('logs'),
    supervisorLog: at('logs', 'supervisor.log'),
    data: at('data'),
    controlPlane: at('data', 'control-plane'),
    supervisorSpec: at('data', 'supervisor.json'),
    temporary: at('data', 'tmp'),
    nodeLogs: (node) => at('logs', node),
    nodeFiles: (node) => at('data', node),
    nodeDisk: (node) => at('data', `${node}.img`),
  };
}
