/** A renewal is the look at the kernel too; not more often than this, in milliseconds. */
const leastPauseMs = 3_000;
/** A fault that the kernel has lost is not to go unseen for longer than this, however long the lease is. In milliseconds. */
const longestPauseMs = 20_000;

/**
 * How long to wait before an agent is renewed and looked at again, in milliseconds.
 *
 * @param leastTtlMs the shortest lease of its faults; undefined where there is none
 * @param isUrgent whether something is there that is not as it should be
 */
export function renewalPauseMs(leastTtlMs: number | undefined, isUrgent: boolean): number {
  if (isUrgent) return leastPauseMs;
  return Math.max(leastPauseMs, Math.min(longestPauseMs, (leastTtlMs ?? Infinity) / 3));
}
