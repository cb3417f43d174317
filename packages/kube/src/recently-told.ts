/** How much is remembered, and for how long. */
export interface RecentlyToldOptions {
  /** In milliseconds. */
  readonly periodMs: number;
  /** At least 1. When there are more, the oldest is forgotten. */
  readonly most: number;
}

/** What has been told within a period, up to a number of things. */
export class RecentlyTold {
  /** In the order of their times, as each is put in at its end. */
  private readonly times = new Map<string, number>();

  constructor(private readonly options: RecentlyToldOptions) {}

  has(key: string, nowMs: number): boolean {
    const toldMs = this.times.get(key);
    return toldMs !== undefined && nowMs - toldMs < this.options.periodMs;
  }

  add(key: string, nowMs: number): void {
    this.times.delete(key);
    this.times.set(key, nowMs);
    if (this.times.size <= this.options.most) return;
    for (const oldest of this.times.keys()) {
      this.times.delete(oldest);
      return;
    }
  }

  forget(key: string): void {
    this.times.delete(key);
  }

  get size(): number {
    return this.times.size;
  }
}
