import { Duration } from '@podlag/core';
import type { RoundTrip } from './round-trip';

/** Of those round trips that were answered. */
export interface RoundTripTimes {
  readonly min: Duration;
  readonly median: Duration;
  /** 95 of 100 took no longer (nearest rank). */
  readonly p95: Duration;
  readonly max: Duration;
}

/** What several round trips to one port came to. */
export interface Summary extends Partial<RoundTripTimes> {
  readonly answered: number;
  /** Nothing came in time, or only to a SYN that was sent again. */
  readonly lost: number;
}

/**
 * TCP sends its SYN again after a second (RFC 6298, 2.1: the first RTO). The kernel's tick may make it a little less; what
 * jitters by as much cannot be told from it.
 */
const retransmittedAfterMs = 950;

/** What was neither answered nor lost is left out. */
export function summaryOf(roundTrips: readonly RoundTrip[]): Summary {
  const times = roundTrips.flatMap((one) => (one.kind === 'answered' ? [one.milliseconds] : []));
  const unanswered = roundTrips.filter(({ kind }) => kind === 'lost').length;
  const latest = Math.min(...times) + retransmittedAfterMs;
  const inTime = times.filter((time) => time < latest).sort((one, other) => one - other);
  const lost = unanswered + times.length - inTime.length;
  return { answered: inTime.length, lost, ...timesOf(inTime) };
}

/** What the faults add: how much later the median of the one is than that of the other, 0 where it is not. */
export function addedMedian({ median }: Summary, idle: Summary): Duration | undefined {
  if (median === undefined || idle.median === undefined) return undefined;
  return Duration.ofNanoseconds(Math.max(0, median.nanoseconds - idle.median.nanoseconds));
}

function timesOf(sorted: readonly number[]): RoundTripTimes | undefined {
  const [first, last] = [sorted[0], sorted.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  const at = (rank: number): number => sorted[rank - 1] ?? last;
  const half = sorted.length / 2;
  return {
    min: toMicroseconds(first),
    median: toMicroseconds((at(Math.ceil(half)) + at(Math.floor(half) + 1)) / 2),
    p95: toMicroseconds(at(Math.ceil(sorted.length * 0.95))),
    max: toMicroseconds(last),
  };
}

/** An event loop knows nothing finer. */
export function toMicroseconds(milliseconds: number): Duration {
  return Duration.ofNanoseconds(Math.round(milliseconds * 1_000) * 1_000);
}
