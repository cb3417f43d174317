import { matches, type ParsedLatencyMatrix } from '@podlag/api';
import type { WorldPod } from '../desired/world';

/** Two regions whose round trip is measured, in alphabetical order; the same one twice for what is within it. */
export type RegionPair = readonly [string, string];

/** The same for both directions. */
export function pairName(one: string, other: string): string {
  return (one < other ? [one, other] : [other, one]).join(' ');
}

/** A pod whose agent can measure, and one that it measures to. */
export interface PodPair {
  readonly from: WorldPod;
  readonly to: WorldPod;
}

/** So many pods of each side are asked: one slow node is not the network. Fewer where there are many regions. */
const mostPairs = 5;
/** Of a matrix: they are all measured at once. */
const mostMeasurements = 150;

/** For each pair of regions between which there is a link, the pods to measure between. Pairs without any are not in it. */
export function regionPairs(
  matrix: ParsedLatencyMatrix,
  pods: readonly WorldPod[],
  nodeRegions: ReadonlyMap<string, string>,
): ReadonlyMap<RegionPair, readonly PodPair[]> {
  const members = membersOf(matrix, pods, nodeRegions);
  const pairs = new Map<string, RegionPair>();
  for (const { from, to, delay } of matrix.links.values()) {
    const pair: RegionPair = from < to ? [from, to] : [to, from];
    if (delay !== undefined) pairs.set(pair.join(' '), pair);
  }
  const most = Math.max(1, Math.min(mostPairs, Math.floor(mostMeasurements / Math.max(1, pairs.size))));
  const found = [...pairs.values()].map((pair) => {
    const between = podPairs(members.get(pair[0]) ?? [], members.get(pair[1]) ?? []);
    return [pair, between.slice(0, most)] as const;
  });
  return new Map(found.filter(([, between]) => between.length > 0));
}

function membersOf(
  { namespace, selector, regions }: ParsedLatencyMatrix,
  pods: readonly WorldPod[],
  nodeRegions: ReadonlyMap<string, string>,
): ReadonlyMap<string, readonly WorldPod[]> {
  const candidates = pods
    .filter((pod) => pod.namespace === namespace && !pod.gone && pod.addresses.length > 0)
    .filter(({ labels }) => matches(selector, labels))
    .toSorted((one, other) => (one.key < other.key ? -1 : 1));
  // A pod is in the first region that has it.
  return Map.groupBy(
    candidates,
    ({ labels, node }) =>
      regions.find(({ members }) =>
        members.kind === 'nodeRegion'
          ? nodeRegions.get(node) === members.nodeRegion
          : matches(members.selector, labels),
      )?.name ?? '',
  );
}

/** A round trip is the same from either side: from that which has somebody to ask. */
function podPairs(ones: readonly WorldPod[], others: readonly WorldPod[]): readonly PodPair[] {
  const there = pairsFrom(ones, others);
  return there.length > 0 ? there : pairsFrom(others, ones);
}

/** Each pod once on its side, as far as there are enough. */
function pairsFrom(ones: readonly WorldPod[], others: readonly WorldPod[]): readonly PodPair[] {
  const withAgent = ones.filter(({ agent }) => agent !== undefined);
  const ready = withAgent.filter((pod) => pod.ready);
  // A pod that waits for its network to be as asked may never get ready otherwise.
  const able = ready.length > 0 ? ready : withAgent;
  return able.slice(0, mostPairs).flatMap((from, index) => {
    const peers = others.filter(({ key }) => key !== from.key);
    const to = peers[index % Math.max(1, peers.length)];
    return to === undefined ? [] : [{ from, to }];
  });
}
