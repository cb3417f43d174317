import { systemClock, type Clock } from '@podlag/core';

/** Counts on evenly while somebody sets the machine's clock. By and by it may differ from that. */
export const steadyClock: Clock = {
  now: () => performance.timeOrigin + performance.now(),
  after: (delayMs, run) => systemClock.after(delayMs, run),
};
