import { Duration, oneWayDelay, type Delay, type Fault } from '@podlag/core';
import { statistics, type Statistic } from '../benchmark/benchmark';
import type { AskedOfCondition } from '../record/manifest';
import type { Condition } from '../scenario/bench-scenario';

/**
 * What a condition adds to each round trip between client and server: the delays of all its faults, in both directions, and
 * of both agents where both have it. Undefined where that is no fixed time, or not all of the round trip's: a rate, a
 * partition, packets that overtake, a lopsided jitter, a fault that has targets of its own.
 */
export function askedRoundTrip({ side, faults }: Condition): Duration | undefined {
  if (faults.length === 0) return Duration.zero;
  const delays = faults.flatMap(({ delay }) => delay ?? []);
  if (delays.length === 0 || !faults.every(isFixed)) return undefined;
  const once = faults.reduce((sum, fault) => sum + addedNanoseconds(fault), 0);
  return Duration.ofNanoseconds(side === 'both' ? 2 * once : once);
}

function isFixed({ delay, to, except, ...fault }: Fault): boolean {
  const isEverybody = to === undefined && except === undefined;
  const passesInTurn =
    fault.rate === undefined && fault.partition === undefined && fault.reorder === undefined;
  return isEverybody && passesInTurn && (delay === undefined || isEven(delay));
}

/** Of a jitter that is as often up as down the median is not moved. */
function isEven({ jitter, distribution = 'uniform' }: Delay): boolean {
  return jitter === undefined || jitter.isZero || distribution === 'uniform' || distribution === 'normal';
}

function addedNanoseconds({ delay, direction }: Fault): number {
  if (delay === undefined) return 0;
  return (['egress', 'ingress'] as const)
    .filter((one) => direction === one || direction === 'both')
    .reduce((sum, one) => sum + oneWayDelay(delay, direction, one).time.nanoseconds, 0);
}

/** What the manifest says of a condition. */
export function askedOf(condition: Condition): AskedOfCondition {
  const added = askedRoundTrip(condition);
  if (added === undefined) return {};
  const asAsked = statistics.filter((one) => !movesOtherwise(condition, one));
  return {
    addedRoundTrip: added.nanoseconds / 1e9,
    ...(asAsked.length < statistics.length && { statistics: asAsked }),
  };
}

/** Whether anything but the delay moves it: TCP sends once more what is lost after 200 ms and longer, and a jitter has ends. */
function movesOtherwise({ faults }: Condition, statistic: Statistic): boolean {
  const loses = faults.some(({ loss, corrupt }) => loss !== undefined || corrupt !== undefined);
  const varies = faults.some(({ delay }) => delay?.jitter !== undefined && !delay.jitter.isZero);
  return (loses && movedByLoss.includes(statistic)) || (varies && movedByJitter.includes(statistic));
}

const movedByLoss: readonly Statistic[] = ['mean', 'p99'];
const movedByJitter: readonly Statistic[] = ['minimum', 'p99'];
