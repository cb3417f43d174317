import type { Profile } from './profile';

/** What a packet can wait at most, rates and queues aside, in nanoseconds. */
export function greatestDelay({ delay: { time, jitter, shape } }: Profile): number {
  return time.nanoseconds + jitter.nanoseconds * Math.max(0, shape?.quantiles.at(-1) ?? 0);
}

/** What it waits at least. Reordering is not looked at: there what overtakes was asked to. In nanoseconds. */
export function leastDelay({ delay: { time, jitter, shape } }: Profile): number {
  return Math.max(0, time.nanoseconds + jitter.nanoseconds * Math.min(0, shape?.quantiles[0] ?? 0));
}
