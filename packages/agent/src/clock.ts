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

/** A clock that stands still until it is told how much time has passed. */
export class FakeClock implements Clock {
  #timers: { readonly at: number; readonly run: () => void }[] = [];

  constructor(private time = Date.UTC(2026, 0, 1)) {}

  now(): number {
    return this.time;
  }

  after(delayMs: number, run: () => void): () => void {
    const timer = { at: this.time + delayMs, run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((one) => one !== timer);
    };
  }

  advance(ms: number): void {
    this.time += ms;
    const due = this.#timers.filter(({ at }) => at <= this.time).sort((one, other) => one.at - other.at);
    this.#timers = this.#timers.filter(({ at }) => at > this.time);
    for (const { run } of due) run();
  }
}
