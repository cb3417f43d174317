import type { Ramp, Timing } from './plan';

/** Where a moment falls in a timing. `changesAt`: milliseconds since the epoch; absent when nothing changes any more. */
export type TimedMoment =
  | { readonly phase: 'before' | 'between'; readonly changesAt: number }
  /** `step` counts those of the ramp from 0. `isLast`: it will not be another one before it ends for good. */
  | { readonly phase: 'within'; readonly step: number; readonly isLast: boolean; readonly changesAt?: number }
  | { readonly phase: 'after' };

const nsPerMs = 1_000_000;

/**
 * Pure. Each boundary is rounded up to the next whole millisecond, so that clocks that count in them meet it exactly.
 *
 * @param now milliseconds since the epoch, as `changesAt`
 */
export function momentOf(timing: Timing, now: number): TimedMoment {
  const boundaries = boundariesOf(timing);
  const { beginOf, endOf, end } = boundaries;
  if (now >= end) return { phase: 'after' };
  if (now < beginOf(0)) return { phase: 'before', changesAt: beginOf(0) };
  const round = roundAt(timing, now, beginOf);
  const next = timing.every && beginOf(round + 1) < end ? beginOf(round + 1) : undefined;
  if (now < endOf(round)) return momentWithin(timing.ramp, boundaries, { round, next, now });
  return next === undefined ? { phase: 'after' } : { phase: 'between', changesAt: next };
}

interface RoundAtMoment {
  readonly round: number;
  /** When the next one begins. */
  readonly next: number | undefined;
  readonly now: number;
}

function momentWithin(
  ramp: Ramp | undefined,
  { endOf, stepAt }: Boundaries,
  { round, next, now }: RoundAtMoment,
): TimedMoment {
  const lastStep = (ramp?.steps ?? 1) - 1;
  const step = stepWithin(lastStep, now, (index) => stepAt(round, index));
  const changesAt = Math.min(endOf(round), step < lastStep ? stepAt(round, step + 1) : Infinity);
  const isLast = step === lastStep && next === undefined;
  return { phase: 'within', step, isLast, ...(changesAt < Infinity && { changesAt }) };
}

interface Boundaries {
  readonly end: number;
  readonly beginOf: (round: number) => number;
  readonly endOf: (round: number) => number;
  readonly stepAt: (round: number, step: number) => number;
}

function boundariesOf({ start, at, for: length, every, until, ramp }: Timing): Boundaries {
  const after = (nanoseconds: number): number => start + Math.ceil(nanoseconds / nsPerMs);
  const roundNs = (round: number): number => at.nanoseconds + round * (every?.nanoseconds ?? 0);
  const end = until === undefined ? Infinity : after(until.nanoseconds);
  const overNs = (ramp?.over ?? length)?.nanoseconds ?? 0;
  return {
    end,
    beginOf: (round) => after(roundNs(round)),
    endOf: (round) => Math.min(end, length ? after(roundNs(round) + length.nanoseconds) : Infinity),
    stepAt: (round, step) => after(roundNs(round) + Math.round((overNs * step) / (ramp?.steps ?? 1))),
  };
}

/** The last round that has begun; 0 before the first. */
function roundAt({ every }: Timing, now: number, beginOf: Boundaries['beginOf']): number {
  if (every === undefined) return 0;
  const guess = Math.floor((now - beginOf(0)) / every.milliseconds);
  return lastBegun(guess, { now, beginOf, last: Infinity });
}

function stepWithin(last: number, now: number, beginOf: (step: number) => number): number {
  if (last === 0) return 0;
  const stepMs = (beginOf(last) - beginOf(0)) / last;
  const guess = stepMs === 0 ? last : Math.floor((now - beginOf(0)) / stepMs);
  return lastBegun(Math.min(guess, last), { now, beginOf, last });
}

interface Sequence {
  readonly now: number;
  readonly beginOf: (index: number) => number;
  readonly last: number;
}

/** The division is off by one where its rounding and that of the boundaries differ. */
function lastBegun(guess: number, { now, beginOf, last }: Sequence): number {
  let index = Math.max(0, guess);
  while (index > 0 && beginOf(index) > now) index -= 1;
  while (index < last && beginOf(index + 1) <= now) index += 1;
  return index;
}
