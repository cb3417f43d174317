import { lengthOf, leaseOf } from '../desired/timeline';
import type { Outcome } from '../desired/outcome';
import type { Started } from '../desired/world';
import type { SeenObject } from '../world/custom-objects';
import type { AnyStatus } from './object-status';

/** What is known of an object when it is asked what an earlier leader may have left of it. */
export interface Inheritance {
  readonly seen: SeenObject;
  readonly outcome: Outcome | undefined;
  readonly started: Started | undefined;
  /** What was written last. */
  readonly last: AnyStatus | undefined;
  /** Keys of the pods whose agents may still have something of an earlier leader. */
  readonly inherited: ReadonlySet<string>;
  /** Since when this controller leads, in milliseconds since the epoch. */
  readonly ledSince: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * Keys of the pods that may still have something of an object that is to go, for an earlier leader has asked it of them and
 * they have not answered this one: those that it selects, and those that its last status tells of. By the end of its time or
 * of its lease, which nobody has renewed since this one leads, they have dropped it by themselves. Sorted.
 */
export function inheritedPods(given: Inheritance): readonly string[] {
  const { outcome, last, inherited } = given;
  if (inherited.size === 0 || outcome === undefined || !isToGo(given) || wasGone(given)) return [];
  if (isOver(given)) return [];
  const own = new Set([...outcome.pods, ...(last?.failures ?? []).map(({ pod }) => pod)]);
  return [...own].filter((pod) => inherited.has(pod)).sort();
}

/** Asked to be gone by somebody. What ends by itself, each agent ends by its own clock. */
function isToGo({ seen: { kind, parsed } }: Inheritance): boolean {
  if (parsed === undefined) return false;
  return kind === 'scenario' ? parsed.state !== 'Running' : parsed.suspend;
}

/** Whether no agent had anything of it when its status was written. One that was resumed since has no position any more. */
function wasGone({ last, started }: Inheritance): boolean {
  if (last === undefined) return true;
  if (last.phase === 'Paused') return started?.position !== undefined;
  if (last.phase === 'Aborted' || last.phase === 'Finished') return true;
  return last.phase === 'Pending' && last.conditions?.some(({ reason }) => reason === 'Suspended') === true;
}

function isOver({ seen: { kind, parsed }, started, ledSince, now }: Inheritance): boolean {
  if (parsed === undefined) return true;
  if (kind !== 'scenario') return now >= ledSince + parsed.ttl.milliseconds;
  // No agent hears of one that has not started.
  if (started === undefined) return true;
  const endsAt = started.startTime + (lengthOf(parsed)?.milliseconds ?? Infinity);
  return now >= Math.min(endsAt, ledSince + leaseOf(parsed).milliseconds);
}
