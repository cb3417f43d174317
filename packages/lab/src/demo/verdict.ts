import { demoErrors } from './demo-errors';

/** What was asked of one pod and what pings showed, in milliseconds. */
export interface Measurement {
  readonly pod: string;
  /** 0 for a pod that was left alone. */
  readonly askedMs: number;
  /** Round trips before anything was asked. */
  readonly idleMs: readonly (number | undefined)[];
  /** Round trips with what was asked in force; undefined where no reply came. */
  readonly withDelayMs: readonly (number | undefined)[];
}

export interface Verdict {
  readonly pod: string;
  readonly askedMs: number;
  /** Medians. Undefined when most of the pings had no reply. */
  readonly idleMs: number | undefined;
  readonly measuredMs: number | undefined;
  /** By how much the measured round trip is more (or, negative, less) than what was asked and the idle round trip. */
  readonly offByMs: number | undefined;
  readonly holds: boolean;
  /** The how-manieth measurement this is, from 1. */
  readonly tries: number;
}

/** A measured delay may differ by so much from what was asked. */
export const toleranceMs = 1;

/** Whether what was asked is what happens. */
export function verdictOf({ pod, askedMs, idleMs, withDelayMs }: Measurement, tries = 1): Verdict {
  const idle = median(idleMs);
  const measured = median(withDelayMs);
  const offByMs = idle === undefined || measured === undefined ? undefined : measured - idle - askedMs;
  const holds = offByMs !== undefined && Math.abs(offByMs) <= toleranceMs;
  return { pod, askedMs, idleMs: idle, measuredMs: measured, offByMs, holds, tries };
}

/** @throws PodlagError `delay-off` that names each pod where what was asked is not what happens */
export function requireAsAsked(verdicts: readonly Verdict[]): void {
  const off = verdicts.filter(({ holds }) => !holds).map(({ pod }) => pod);
  if (off.length === 0) return;
  throw demoErrors.error('delay-off', `off by more than ${toleranceMs} ms: ${off.join(', ')}`);
}

/** The middle one (the lower of two), where a lost reply counts as longer than any other. */
export function median(times: readonly (number | undefined)[]): number | undefined {
  const sorted = times.map((time) => time ?? Infinity).sort((one, other) => one - other);
  const middle = sorted[Math.floor((sorted.length - 1) / 2)];
  return middle === Infinity ? undefined : middle;
}
