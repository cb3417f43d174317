import type { Clock } from '../clock';

interface Timer {
  readonly at: number;
  readonly run: () => void;
}

/** A clock that stands still until it is told how much time has passed. */
export class FakeClock implements Clock {
  private timers: readonly Timer[] = [];

  constructor(private time = Date.UTC(2026, 10, 20, 12)) {}

  now(): number {
    return this.time;
  }

  get date(): Date {
    return new Date(this.time);
  }

  after(delayMs: number, run: () => void): () => void {
    const timer = { at: this.time + delayMs, run };
    this.timers = [...this.timers, timer];
    return () => {
      this.timers = this.timers.filter((one) => one !== timer);
    };
  }

  /** When the next timer is due, in milliseconds since the epoch. */
  get nextAt(): number | undefined {
    return this.timers.length === 0 ? undefined : Math.min(...this.timers.map(({ at }) => at));
  }

  advance(ms: number): void {
    this.time += ms;
    const due = this.timers.filter(({ at }) => at <= this.time);
    this.timers = this.timers.filter(({ at }) => at > this.time);
    for (const { run } of due.toSorted((one, other) => one.at - other.at)) run();
  }
}
