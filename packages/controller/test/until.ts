import { setTimeout as pause } from 'node:timers/promises';

/** Waits until `ask` answers something that is true or does not throw, and gives it. */
export async function until<T>(ask: () => T | Promise<T>, timeoutMs = 10_000): Promise<NonNullable<T>> {
  const end = performance.now() + timeoutMs;
  let last: unknown;
  for (;;) {
    try {
      const answer = await ask();
      if (answer) return answer;
      last = answer;
    } catch (error) {
      last = error;
    }
    if (performance.now() > end)
      throw new Error(`not within ${timeoutMs} ms: ${ask.toString()}`, { cause: last });
    await pause(10);
  }
}
