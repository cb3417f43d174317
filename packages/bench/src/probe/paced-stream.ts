import type { LatencyHistogram } from '../record/histogram';

/** One thing that is done again and again, one at a time. */
export interface Exchange {
  /** Begins one; its end is told by the `done` that it was made with, later than this call. */
  begin(): void;
  /** Leaves nothing behind. */
  close(): void;
}

/** The part of a measurement that counts, and what was seen in it. Milliseconds of `performance.now()`. */
export interface LoadWindow {
  readonly from: number;
  readonly until: number;
  readonly histogram: LatencyHistogram;
  /** When the last that counts was done. */
  lastDone: number;
}

/**
 * Does one exchange after another until the window is over: at once, or by a timetable.
 *
 * By a timetable, a latency counts from the intended start, so that a stall of the network shows in all the exchanges
 * that had to wait for it (else it would be one slow sample: coordinated omission). But that our own timer is late is no
 * latency: each exchange is reckoned as begun when its time had come and the one before it was over, as they would have
 * been with a punctual timer. What that costs in rate is told by the rate that was reached.
 */
export class PacedStream {
  #exchange: Exchange | undefined;
  #timer: NodeJS.Timeout | undefined;
  #begunAt = 0;
  #intendedAt: number;
  /** When the last one would have been over, had its timer been punctual. */
  #overAt = 0;

  /**
   * @param intervalMs from one intended start to the next; undefined: each begins when the last is done
   * @param finished called once, when nothing is under way any more
   */
  constructor(
    private readonly window: LoadWindow,
    private readonly intervalMs: number | undefined,
    firstAt: number,
    private readonly finished: () => void,
  ) {
    this.#intendedAt = firstAt;
  }

  run(exchange: Exchange): void {
    this.#exchange = exchange;
    this.#next(performance.now());
  }

  /** The exchange under way is over. */
  done(): void {
    const now = performance.now();
    if (this.intervalMs === undefined) {
      this.#count(this.#begunAt, now - this.#begunAt, now);
    } else {
      this.#overAt = Math.max(this.#intendedAt, this.#overAt) + (now - this.#begunAt);
      this.#count(this.#intendedAt, this.#overAt - this.#intendedAt, now);
      this.#intendedAt += this.intervalMs;
    }
    this.#next(now);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#exchange?.close();
  }

  #count(startedAt: number, tookMs: number, now: number): void {
    if (startedAt < this.window.from || startedAt >= this.window.until) return;
    this.window.histogram.record(tookMs / 1000);
    this.window.lastDone = Math.max(this.window.lastDone, now);
  }

  #next(now: number): void {
    const startAt = this.intervalMs === undefined ? now : Math.max(now, this.#intendedAt);
    if (startAt >= this.window.until) this.finished();
    else if (startAt > now) this.#timer = setTimeout(() => this.#begin(), startAt - now);
    else this.#begin();
  }

  #begin(): void {
    this.#begunAt = performance.now();
    this.#exchange?.begin();
  }
}
