/** Time as a parameter, so that a test need not wait for it. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls `run` once, after at least `delayMs`; the function that it returns calls it off. */
  after(delayMs: number, run: () => void): () => void;
}

/** setTimeout counts in a signed 32-bit number; what is longer is waited for in pieces. */
const longestTimerMs = 2_147_483_647;

export const systemClock: Clock = {
  now: () => Date.now(),
  after(delayMs, run) {
    const timer = setTimeout(
      () => {
        if (delayMs <= longestTimerMs) run();
        else cancel = systemClock.after(delayMs - longestTimerMs, run);
      },
      Math.min(delayMs, longestTimerMs),
    );
    let cancel = (): void => clearTimeout(timer);
    return () => cancel();
  },
};

/** Waits so long, or until the signal aborts. Never rejects. */
export function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const cancel = clock.after(ms, () => {
      signal.removeEventListener('abort', stop);
      resolve();
    });
    const stop = (): void => {
      cancel();
      resolve();
    };
    signal.addEventListener('abort', stop, { once: true });
  });
}
