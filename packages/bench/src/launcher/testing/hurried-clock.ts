import type { Clock } from '@podlag/core';

/** A clock on which whoever waits has waited at once, and all that has happened meanwhile is seen. */
export function hurriedClock(now = Date.UTC(2026, 10, 20, 12)): Clock {
  return {
    now: () => now,
    after(delayMs, run) {
      const timer = setImmediate(() => {
        now += delayMs;
        run();
      });
      return () => clearImmediate(timer);
    },
  };
}
