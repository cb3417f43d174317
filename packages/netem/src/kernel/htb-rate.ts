import type { Rate } from '@podlag/core';

/** What a class without a rate of its own has, 100 gbit: never the bottleneck. In bytes a second. */
export const passBytesPerSecond = 100e9 / 8;

/** HTB wakes up by the timer; the slowest of today's kernels has so many ticks a second. */
const ticksPerSecond = 250;
const ethernetFrame = 1514;
/** The kernel keeps a burst as the time that it takes, in 32 bits of 64 ns. */
const longestSeconds = 60;

/**
 * A class's burst, in bytes: between two ticks it is all that HTB can send (tc-htb(8)). Two full frames at least, so that
 * one can be sent while the tokens for the next come.
 */
export function burstBytes({ bitsPerSecond }: Rate): number {
  const bytesPerSecond = bitsPerSecond / 8;
  const burst = Math.max(bytesPerSecond / ticksPerSecond, 2 * ethernetFrame);
  return Math.ceil(Math.min(burst, bytesPerSecond * longestSeconds));
}
