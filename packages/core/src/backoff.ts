/** How the pauses between tries grow, in milliseconds. */
export interface BackoffOptions {
  /** After the first failure; doubled after each further one. Default 200. */
  readonly firstMs?: number;
  /** Default 30000. */
  readonly mostMs?: number;
  /** From 0 to 1, different each time. Default Math.random. */
  readonly random?: () => number;
}

/**
 * Pauses between tries of what has failed, each twice as long as the one before, and of that between a half and the whole
 * at random: those who have failed together do not come again together.
 */
export class Backoff {
  private readonly options: Required<BackoffOptions>;
  private failures = 0;

  constructor(options: BackoffOptions = {}) {
    this.options = { firstMs: 200, mostMs: 30_000, random: Math.random, ...options };
  }

  /** How long to wait now that it has failed once more, in milliseconds. */
  next(): number {
    const { firstMs, mostMs, random } = this.options;
    const wholeMs = Math.min(mostMs, firstMs * 2 ** this.failures);
    this.failures += 1;
    return wholeMs * (0.5 + random() / 2);
  }

  /** It has worked. */
  reset(): void {
    this.failures = 0;
  }
}
