import {
  matches,
  type Link,
  type ParsedLatencyMatrix,
  type ParsedRegion,
  type PlannedSide,
} from '@podlag/api';
import type { Draft } from './draft';
import { itself } from './egress';
import { addressEntries, areAll } from './entry';
import { planner, type Scene } from './fault-paths';
import { frontEntries, type Front, type Fronts } from './front';
import { linkEffects } from './link-effects';
import { mould, type Hours, type Mould } from './mould';
import { objectKey } from './object-key';
import { addressesOf } from './roster';
import type { WorldPod } from './world';

/** Whose planned faults they are: one for each region at the other end. */
export interface MatrixOwner extends Hours {
  nameOf(region: string, side: PlannedSide): string;
}

/** The pods of each region, by its name. */
export type RegionPods = ReadonlyMap<string, readonly WorldPod[]>;

/** A pod is in the first region that has it; those in none are left as they are. */
export function regionPods(matrix: ParsedLatencyMatrix, { roster, world }: Scene, draft: Draft): RegionPods {
  const isIn = (pod: WorldPod, { members }: ParsedRegion): boolean =>
    members.kind === 'pods'
      ? matches(members.selector, pod.labels)
      : world.nodeRegions.get(pod.node) === members.nodeRegion;
  const found = new Map<string, WorldPod[]>(matrix.regions.map(({ name }) => [name, []]));
  for (const pod of roster.selected(matrix.namespace, matrix.selector)) {
    const region = matrix.regions.find((one) => isIn(pod, one));
    if (region && pod.hostNetwork) draft.leaveAlone(pod);
    else if (region) found.get(region.name)?.push(pod);
  }
  return found;
}

/**
 * Each agent's own row: what its pod sends to each region. What pods without an agent send is shaped where it comes in, so
 * that only what goes between two of them is left out.
 */
export function planMatrix(
  matrix: ParsedLatencyMatrix,
  owner: MatrixOwner,
  scene: Scene,
  task: { readonly draft: Draft; readonly regions: RegionPods },
): void {
  const { draft, regions } = task;
  const shapers = new Set(draft.shapersAmong([...regions.values()].flat()));
  const ends = new Map([...regions].map(([name, pods]) => [name, endOf(pods, shapers, scene.fronts)]));
  for (const link of matrix.links.values()) {
    const from = ends.get(link.from);
    const to = ends.get(link.to);
    if (from && to) planLink({ matrix, link, from, to }, owner, scene, draft);
  }
}

/** The pods of one region, as one end of a link. */
interface LinkEnd {
  readonly shapers: readonly WorldPod[];
  readonly all: ReadonlySet<string>;
  /** Addresses of pods that cannot shape what they send. */
  readonly mute: ReadonlySet<string>;
  /** Services that lead to the region alone, and those that lead to nobody in it who could shape. */
  readonly fronts: { readonly all: readonly Front[]; readonly mute: readonly Front[] };
}

interface LinkEnds {
  readonly matrix: ParsedLatencyMatrix;
  readonly link: Link;
  readonly from: LinkEnd;
  readonly to: LinkEnd;
}

function endOf(pods: readonly WorldPod[], shapers: ReadonlySet<WorldPod>, fronts: Fronts): LinkEnd {
  const own = pods.filter((pod) => shapers.has(pod));
  const mute = addressesOf(pods.filter((pod) => !shapers.has(pod)));
  const all = addressesOf(pods);
  return { shapers: own, all, mute, fronts: { all: fronts.before(all), mute: fronts.before(mute) } };
}

function planLink(
  { matrix, link, from, to }: LinkEnds,
  owner: MatrixOwner,
  scene: Scene,
  draft: Draft,
): void {
  const egress = rowOf(from.shapers, to.all, to.fronts.all);
  const ingress = rowOf(to.shapers, from.mute, from.fronts.mute);
  if (egress.pods.length === 0 && ingress.pods.length === 0) return;
  const baseline = baselineOf(matrix, link, scene);
  if (baseline === 'unknown') {
    draft.waitToLearn('baseline');
    return;
  }
  const what = linkEffects(link, baseline, owner.ramp);
  if (what === undefined) return;
  const make = (region: string, side: PlannedSide, direction: 'egress' | 'ingress'): Mould =>
    mould({ name: owner.nameOf(region, side), direction, what, hours: owner }, scene.memory);
  const plan = planner(draft, scene.memory);
  for (const [row, made] of [
    [egress, make(link.to, 'own', 'egress')],
    [ingress, make(link.from, 'received', 'ingress')],
  ] as const) {
    for (const pod of row.pods) {
      const peers = [...row.peers, ...frontEntries(row.fronts, pod.addresses)];
      plan(pod, made, peers, itself(pod, row.peers));
    }
  }
}

/** Who shapes toward or from whom, less those that would be alone with themselves. */
function rowOf(pods: readonly WorldPod[], addresses: ReadonlySet<string>, fronts: readonly Front[]): Row {
  const peers = addressEntries(addresses);
  const isAlone = (pod: WorldPod): boolean => areAll(peers, (address) => pod.addresses.includes(address));
  return { peers, fronts, pods: pods.filter((pod) => !isAlone(pod)) };
}

interface Row {
  readonly peers: ReturnType<typeof addressEntries>;
  readonly fronts: readonly Front[];
  readonly pods: readonly WorldPod[];
}

function baselineOf(
  { namespace, name, subtractBaseline }: ParsedLatencyMatrix,
  { from, to, delay }: Link,
  { world }: Scene,
): Parameters<typeof linkEffects>[1] | 'unknown' {
  if (!subtractBaseline || delay === undefined) return undefined;
  return world.baseline(from, to, objectKey('latencymatrix', { namespace, name })) ?? 'unknown';
}
