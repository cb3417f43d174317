import { setImmediate as turn } from 'node:timers/promises';

/** Waits until `condition` gives something true, and gives it on; fails after `timeoutMs`. */
export async function eventually<T>(
  condition: () => T | Promise<T>,
  timeoutMs = 10_000,
): Promise<NonNullable<T>> {
  const endMs = performance.now() + timeoutMs;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (performance.now() > endMs) throw new Error(`not within ${timeoutMs} ms: ${condition.toString()}`);
    await turn();
  }
}
