import { plannedName, type ParsedLatencyMatrix, type ParsedNetworkFault } from '@podlag/api';
import { Duration } from '@podlag/core';
import { Draft } from './draft';
import { chosenPods, planFault } from './fault-paths';
import { planMatrix, regionPods, type MatrixOwner } from './matrix-rows';
import type { Hours, Owner } from './mould';
import { objectKey } from './object-key';
import type { Outcome } from './outcome';
import type { Work } from './work';
import type { WorldPod } from './world';

/** What becomes of a NetworkFault by itself. */
export function outcomeOfFault(object: ParsedNetworkFault, work: Work): Outcome {
  const { scene, plans } = work;
  const draft = new Draft(plans);
  const pods = chosenPods(object.fault, object, scene.roster, draft);
  const hours = hoursOf(object, objectKey('networkfault', object), work);
  if (hours.kind === 'running') {
    const { namespace, uid, name } = object;
    const nameOf: Owner['nameOf'] = (side) => plannedName('networkfault', [name], side);
    planFault(object.fault, { ...hours, namespace, uid, nameOf }, scene, { draft, pods });
  }
  return ended(draft, pods, hours);
}

/** What becomes of a LatencyMatrix by itself. */
export function outcomeOfMatrix(object: ParsedLatencyMatrix, work: Work): Outcome {
  const { scene, plans } = work;
  const draft = new Draft(plans);
  const regions = regionPods(object, scene, draft);
  const hours = hoursOf(object, objectKey('latencymatrix', object), work);
  if (hours.kind === 'running') {
    const nameOf: MatrixOwner['nameOf'] = (region, side) =>
      plannedName('latencymatrix', [object.name, region], side);
    planMatrix(object, { ...hours, nameOf }, scene, { draft, regions });
  }
  return ended(draft, [...regions.values()].flat(), hours);
}

/** Its start is when there is an agent to ask; until then what keeps the pods from having one is told. */
function ended(draft: Draft, pods: readonly WorldPod[], hours: LastingHours): Outcome {
  const isHeld = hours.kind === 'waiting' && hours.for === 'start' && draft.shapersAmong(pods).length === 0;
  if (hours.kind === 'waiting' && !isHeld) draft.waitFor(hours.for);
  return draft.outcome(pods, hours.ends);
}

type LastingHours =
  | ({ readonly kind: 'running'; readonly ends?: number } & Hours)
  | { readonly kind: 'waiting'; readonly for: string; readonly ends?: undefined }
  | { readonly kind: 'finished'; readonly ends: number };

type Lasting = Pick<ParsedNetworkFault, 'duration' | 'ttl' | 'suspend'>;

function hoursOf({ suspend, duration, ttl }: Lasting, key: string, { scene, now }: Work): LastingHours {
  if (suspend) return { kind: 'waiting', for: 'resume' };
  if (duration === undefined) return { kind: 'running', ttl };
  const start = scene.world.started.get(key)?.startTime;
  if (start === undefined) return { kind: 'waiting', for: 'start' };
  const ends = start + Math.ceil(duration.milliseconds);
  if (now >= ends) return { kind: 'finished', ends };
  return { kind: 'running', ends, ttl, timing: { start, at: Duration.zero, for: duration } };
}
