import { nodes, type Node, type Resource } from '@podlag/kube';
import type { Environment } from '../record/manifest';

type NodeSpec = NonNullable<Node['spec']>;

/** A node, with what keeps pods away from it. */
export interface ClusterNode extends Node {
  readonly spec?: NodeSpec & {
    readonly taints?: readonly { readonly key: string; readonly effect: string }[];
  };
}

export const clusterNodes: Resource<ClusterNode> = nodes;

const zoneLabel = 'topology.kubernetes.io/zone';
const instanceTypeLabel = 'node.kubernetes.io/instance-type';

/** The zone that a node says it is in. */
export const zoneOf = ({ metadata }: Node): string | undefined => metadata.labels?.[zoneLabel];

/** Why a node gets no worker; undefined where it may have one. */
export function unfitness({ spec, status }: ClusterNode): string | undefined {
  if (spec?.unschedulable === true) return 'is cordoned';
  // A worker tolerates nothing: what is measured on a node that pods keep away from is not what pods meet.
  const taint = spec?.taints?.find(({ effect }) => effect === 'NoSchedule' || effect === 'NoExecute');
  if (taint !== undefined) return `has the taint ${taint.key}:${taint.effect}`;
  const isReady = status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') === true;
  return isReady ? undefined : 'is not Ready';
}

/** What a worker cannot see of its node from inside. */
export function environmentOf({ metadata, status }: Node): Environment {
  const { kubeletVersion, containerRuntimeVersion, osImage } = status?.nodeInfo ?? {};
  const instanceType = metadata.labels?.[instanceTypeLabel];
  return {
    ...(instanceType !== undefined && { instanceType }),
    ...(kubeletVersion !== undefined && { kubelet: kubeletVersion }),
    ...(containerRuntimeVersion !== undefined && { containerRuntime: containerRuntimeVersion }),
    ...(osImage !== undefined && { osImage }),
  };
}
