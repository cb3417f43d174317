/** How the pauses between repetitions grow, in milliseconds. */
export interface PaceOptions {
  /** After the first; doubled after each further one. Default 1 s. */
  readonly firstMs?: number;
  /** Default 1 minute. */
  readonly mostMs?: number;
  /** When it has not happened for so long, the next is a first one again. Default 10 minutes. */
  readonly calmMs?: number;
}

/** When something that should be done once may be done again. The first time is at once. */
export class Pace {
  private readonly options: Required<PaceOptions>;
  private times = 0;
  private last = Number.NEGATIVE_INFINITY;

  constructor(options: PaceOptions = {}) {
    this.options = { firstMs: 1_000, mostMs: 60_000, calmMs: 600_000, ...options };
  }

  /** It happens now, which is `now` milliseconds since the epoch. */
  happened(now: number): void {
    this.times = this.repetitions(now) + 1;
    this.last = now;
  }

  /** From when on it may happen, in milliseconds since the epoch. */
  notBefore(now: number): number {
    const times = this.repetitions(now);
    if (times === 0) return now;
    const { firstMs, mostMs } = this.options;
    return this.last + Math.min(mostMs, firstMs * 2 ** (times - 1));
  }

  /** How often it has happened without a calm in between. */
  repetitions(now: number): number {
    return now - this.last > this.options.calmMs ? 0 : this.times;
  }
}
