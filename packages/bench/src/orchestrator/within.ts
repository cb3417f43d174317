import type { Clock } from '@podlag/core';

/**
 * What `work` gives, unless it takes longer; then its signal aborts, and it is not waited for.
 *
 * @param late what is thrown then
 */
export async function within<T>(
  clock: Clock,
  ms: number,
  late: () => Error,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const stop = new AbortController();
  const { promise, reject } = Promise.withResolvers<never>();
  const cancel = clock.after(ms, () => {
    reject(late());
    stop.abort();
  });
  try {
    return await Promise.race([work(stop.signal), promise]);
  } finally {
    cancel();
  }
}
