import type { UmlKernel } from '../kernel/kernel-cache';
import type { NodeRoot } from './root-tree';

/** Another node, as this one's routes know it. */
export interface OtherNode {
  /** Its address on the nodes' bridge. */
  readonly address: string;
  /** CIDR of its pods. */
  readonly podRange: string;
}

/** Everything that makes a node what it is. Paths are absolute, on the host, and but for the memory's not below /run or /dev. */
export interface NodeSpec {
  /** Its name in the Kubernetes API, and its host name. */
  readonly name: string;
  /** On the nodes' bridge, IPv4. */
  readonly address: string;
  /** Where what is for neither a node nor a pod goes, Services among it. */
  readonly gateway: string;
  /** Of the nodes' own subnet, for instance 24. */
  readonly prefixLength: number;
  /** CIDR out of which its pods get their addresses; no other node's overlaps it. */
  readonly podRange: string;
  readonly otherNodes: readonly OtherNode[];
  /** The Service address of the cluster's DNS. */
  readonly clusterDns: string;
  readonly memoryMb: number;
  /** Where its memory is a file on the host, decided for all nodes by memoryFolder. */
  readonly memoryFolder: string;
  /** A tap device in the network namespace of the caller. */
  readonly tap: string;
  /** Of the node's end. */
  readonly mac: string;
  /**
   * The node's own folder. It holds what only the cluster can give, see `givenFiles`, and gets what startNode makes. Secrets
   * are in it: mode 0700.
   */
  readonly files: string;
  /** Folder that gets console.log, containerd.log and kubelet.log. */
  readonly logs: string;
  /** A disk image that copyNodeDisk made, for this node alone. */
  readonly disk: string;
  readonly root: NodeRoot;
  /** Kubernetes' program. */
  readonly kubelet: string;
  readonly kernel: UmlKernel;
}

/** What has to be in a node's folder before it starts. */
export const givenFiles = {
  /** With the rights of user `system:node:NAME` in group `system:nodes`. */
  kubeconfig: 'kubelet.kubeconfig',
  /** Who may call the kubelet by certificate: the API server's client certificate is signed by it. PEM. */
  clientCa: 'kubelet-client-ca.crt',
} as const;
