/** What is under way, at most so much at once. One waits for room: whoever starts them. */
export class InFlight {
  readonly #most: number;
  #open = 0;
  #freed: () => void = () => undefined;

  constructor(most: number) {
    this.#most = most;
  }

  get isFull(): boolean {
    return this.#open >= this.#most;
  }

  /** Resolves when one more may start. */
  async room(): Promise<void> {
    while (this.isFull) await new Promise<void>((resolve) => (this.#freed = resolve));
  }

  async run<T>(task: () => Promise<T>): Promise<T> {
    this.#open += 1;
    try {
      return await task();
    } finally {
      this.#open -= 1;
      this.#freed();
    }
  }
}
