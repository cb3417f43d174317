import type { ParsedLatencyMatrix, ParsedNetworkFault, ParsedScenario } from '@podlag/api';
import type { PlannedFault } from '@podlag/core';
import { Fronts } from './front';
import { outcomeOfFault, outcomeOfMatrix } from './lasting';
import { DesiredMemory } from './memory';
import { objectKey, type ObjectKind } from './object-key';
import type { Outcome } from './outcome';
import { compareText } from './pick';
import { Room } from './room';
import { Roster } from './roster';
import { outcomeOfScenario } from './scenario-steps';
import { TemplateBook } from './template-book';
import type { Work } from './work';
import type { World } from './world';

/** The custom resources that parsed. Their lists may stand in any order. */
export interface DesiredObjects {
  readonly networkFaults: readonly ParsedNetworkFault[];
  readonly latencyMatrices: readonly ParsedLatencyMatrix[];
  readonly scenarios: readonly ParsedScenario[];
}

export interface Desired {
  /** What each agent is to hold, by pod key and sorted by name. A pod of which nothing is wanted is not in it. */
  readonly plans: ReadonlyMap<string, readonly PlannedFault[]>;
  /** What became of each object, by object key. */
  readonly outcomes: ReadonlyMap<string, Outcome>;
}

/**
 * The whole of the controller's judgement. Pure: the same objects in the same world always give the same plans, whatever
 * the order of the lists; `now` (ms since the epoch) decides only what is over. With the `memory` of the last call, what is
 * as it was then is also the same object, so that it need not be printed or compared again.
 */
export function desired(
  { networkFaults, latencyMatrices, scenarios }: DesiredObjects,
  world: World,
  now: number,
  memory: DesiredMemory = new DesiredMemory(),
): Desired {
  memory.turn();
  const plans = new Map<string, PlannedFault[]>();
  const scene = { world, roster: new Roster(world.pods), fronts: new Fronts(world.services), memory };
  const work: Work = { scene, now, plans, templates: new TemplateBook(networkFaults, latencyMatrices) };
  const outcomes = [
    ...networkFaults.map((object) => keyed('networkfault', object, outcomeOfFault(object, work))),
    ...latencyMatrices.map((object) => keyed('latencymatrix', object, outcomeOfMatrix(object, work))),
    ...scenarios.map((object) => keyed('scenario', object, outcomeOfScenario(object, work))),
  ];
  const room = new Room(world.pods);
  const kept = [...plans].map(
    ([key, faults]) => [key, memory.plan(room.kept(key, sortedByName(faults)))] as const,
  );
  return {
    plans: sortedMap(kept),
    outcomes: sortedMap(outcomes.map(([key, outcome]) => [key, room.told(outcome)])),
  };
}

function keyed(
  kind: ObjectKind,
  object: { readonly namespace: string; readonly name: string },
  outcome: Outcome,
): readonly [string, Outcome] {
  return [objectKey(kind, object), outcome];
}

function sortedByName(faults: readonly PlannedFault[]): readonly PlannedFault[] {
  return faults.toSorted((one, other) => compareText(one.fault.name, other.fault.name));
}

function sortedMap<T>(entries: readonly (readonly [string, T])[]): ReadonlyMap<string, T> {
  return new Map(entries.toSorted(([one], [other]) => compareText(one, other)));
}
