import type { ClusterNode, ClusterOptions, ClusterState } from './cluster-state';

/** What a user asks for. */
export interface WantedCluster {
  readonly options: ClusterOptions;
  /** Digest of the images on its nodes; left out when they are not made yet. */
  readonly images?: string;
}

/** What was found in the cluster's folder. */
export type FoundCluster =
  | { readonly kind: 'none' }
  /** There is a folder, and nothing in it says of what. */
  | { readonly kind: 'unknown' }
  | {
      readonly kind: 'known';
      readonly state: ClusterState;
      readonly starterRuns: boolean;
      readonly supervisorRuns: boolean;
      /** Names of the nodes whose link is cut. */
      readonly cutLinks: readonly string[];
    };

/** What `up` finds before it does anything. */
export type Situation =
  | { readonly kind: 'free' }
  /** Of a machine that was rebooted, or of an `up` that was killed: nothing of it runs, or nobody leads it. */
  | { readonly kind: 'stale' }
  | { readonly kind: 'busy'; readonly pid: number; readonly doing: 'starting' | 'stopping' }
  | { readonly kind: 'as-wanted'; readonly state: ClusterState }
  /** Sentences: what is up, and what is wanted. */
  | { readonly kind: 'differs'; readonly differences: readonly string[] };

/** The judgement on what was found. Pure. */
export function situation(found: FoundCluster, wanted: WantedCluster): Situation {
  if (found.kind === 'none') return { kind: 'free' };
  if (found.kind === 'unknown') return { kind: 'stale' };
  const { state, starterRuns, supervisorRuns } = found;
  const { starter, supervisor, phase } = state;
  if (phase.kind === 'starting' && starterRuns) return { kind: 'busy', pid: starter.pid, doing: 'starting' };
  if (supervisor === undefined || !supervisorRuns) return { kind: 'stale' };
  if (phase.kind === 'stopping') return { kind: 'busy', pid: supervisor.pid, doing: 'stopping' };
  if (phase.kind !== 'ready') return { kind: 'stale' };
  const differences = differencesOf(state, wanted);
  return differences.length === 0 ? { kind: 'as-wanted', state } : { kind: 'differs', differences };
}

function differencesOf(
  { options: { nodes, network, memoryMb }, images, nodes: found }: ClusterState,
  wanted: WantedCluster,
): readonly string[] {
  const differs = (what: string, is: string | number, asked: string | number): readonly string[] =>
    is === asked ? [] : [`${what}: ${is} is up, ${asked} is asked for`];
  const { options } = wanted;
  return [
    ...differs('nodes', nodes, options.nodes),
    ...differs('network', network, options.network),
    ...differs('memory of a node (MB)', memoryMb, options.memoryMb),
    ...(wanted.images === undefined || wanted.images === images
      ? []
      : ['images: those on its nodes are not those of this source tree']),
    ...endedNodes(found).map(({ name, reason }) => `${name} has ended: ${reason}`),
  ];
}

/** A node whose kernel has ended by itself. */
export interface EndedNode {
  readonly name: string;
  /** One sentence. */
  readonly reason: string;
}

/** The nodes that pods do not run on any more. Nobody starts them again. */
export function endedNodes(nodes: readonly ClusterNode[]): readonly EndedNode[] {
  return nodes.flatMap(({ name, kernel }) =>
    kernel.kind === 'ended' ? [{ name, reason: firstSentence(kernel.reason) }] : [],
  );
}

/** A reason without the end of a log that goes with it. */
export function firstSentence(reason: string): string {
  return reason.split(/\. |\n/, 1)[0] ?? '';
}
