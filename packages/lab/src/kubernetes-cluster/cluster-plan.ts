import { addressWords, blockOf, parseCidr, printAddress, printBlock } from '@podlag/core';
import { clusterErrors } from './cluster-errors';

/** Default: of 10.0.0.0/8, what neither kubeadm's, kind's nor docker's own ranges lie in. */
export const defaultNetwork = '10.76.0.0/14';

/** Each node takes a CPU and what memory it is given; a machine for which more are of use has a real cluster. */
export const largestNodeCount = 4;

/** Of the range that the nodes share. */
export const nodePrefixLength = 24;

/** Of the whole network: nodes, pods, Services, and a /16 in reserve. */
const networkPrefixLength = 14;

/** Every address of one cluster, as CIDR (`10.76.0.0/14`) or dotted quad. */
export interface ClusterPlan {
  /** All of it: what the host has one route for. */
  readonly network: string;
  /** The bridge's address: the API server's, and the nodes' way to Services. */
  readonly gateway: string;
  readonly nodeRange: string;
  readonly podRange: string;
  readonly serviceRange: string;
  readonly clusterDns: string;
  /** The veth pair between the cluster's network namespace (inside) and the host's (outside). */
  readonly hostLink: HostLink;
  /** In the order of their names. */
  readonly nodes: readonly PlannedNode[];
}

export interface HostLink {
  readonly inside: string;
  readonly outside: string;
  readonly prefixLength: 30;
}

export interface PlannedNode {
  /** `node-1` */
  readonly name: string;
  readonly address: string;
  readonly podRange: string;
  /** The tap device on the bridge that is the other end of the node's only link. */
  readonly tap: string;
  readonly mac: string;
}

/**
 * Lays out a cluster in one network: the first /16 for nodes and the link to the host, the second for pods, a /24 a node,
 * the third for Services. The fourth stays free.
 *
 * @param network IPv4 in CIDR notation, exactly a /14, with no bits beyond it
 * @param nodeCount 1 to 4
 * @throws PodlagError `invalid-network` or `invalid-node-count`
 */
export function clusterPlan(network: string, nodeCount: number): ClusterPlan {
  if (!Number.isInteger(nodeCount) || nodeCount < 1 || nodeCount > largestNodeCount) {
    throw clusterErrors.error('invalid-node-count', `A cluster of ${nodeCount} nodes is not to be had.`);
  }
  const at = addressIn(network);
  return {
    network,
    gateway: at(0, 0, 1),
    nodeRange: `${at(0, 0, 0)}/${nodePrefixLength}`,
    podRange: `${at(1, 0, 0)}/16`,
    serviceRange: `${at(2, 0, 0)}/16`,
    // Where kubeadm puts it too: the tenth of the range.
    clusterDns: at(2, 0, 10),
    hostLink: { inside: at(0, 255, 1), outside: at(0, 255, 2), prefixLength: 30 },
    nodes: Array.from({ length: nodeCount }, (_, index) => plannedNode(index + 1, at)),
  };
}

/** The address with these last three bytes, the first of them counted from where the network begins. */
type AddressIn = (second: number, third: number, fourth: number) => string;

function addressIn(network: string): AddressIn {
  const base = baseAddress(network);
  return (second, third, fourth) => printAddress([base + (second << 16) + (third << 8) + fourth]);
}

function baseAddress(network: string): number {
  let block;
  try {
    block = blockOf(parseCidr(network));
  } catch (cause) {
    throw clusterErrors.error('invalid-network', `${String(cause).replace(/^Error: /, '')}.`, { cause });
  }
  if (block.family !== 4 || block.prefixLength !== networkPrefixLength) {
    throw clusterErrors.error('invalid-network', `${network} is not an IPv4 network of a /14.`);
  }
  if (printBlock(block) !== network) {
    throw clusterErrors.error(
      'invalid-network',
      `${network} is no /14: that begins at ${printBlock(block)}.`,
    );
  }
  return block.words[0] ?? 0;
}

function plannedNode(number: number, at: AddressIn): PlannedNode {
  const address = at(0, 0, 10 + number);
  return {
    name: `node-${number}`,
    address,
    podRange: `${at(1, number, 0)}/24`,
    tap: `tap-${number}`,
    mac: macOf(address),
  };
}

/** The MAC of whoever has this IPv4 address: locally administered (IEEE 802, the second bit), and nobody has it twice. */
export function macOf(address: string): string {
  const bytes = [24, 16, 8, 0].map((shift) => ((addressWords(address)[0] ?? 0) >>> shift) & 0xff);
  return ['02:00', ...bytes.map((byte) => byte.toString(16).padStart(2, '0'))].join(':');
}
