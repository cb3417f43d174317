import type { Clock } from '@podlag/core';

/** The orchestrator waits for workers from when it runs; what it has come to then is to be heard. */
const hearMs = 30_000;

/** Until when pods are waited for: the orchestrator's from the beginning, those of workers from when the orchestrator runs. */
export class StartDeadline {
  readonly #begunMs: number;
  #endMs: number;
  #isUp = false;

  constructor(
    private readonly clock: Clock,
    private readonly withinMs: number,
  ) {
    this.#begunMs = clock.now();
    this.#endMs = this.#begunMs + withinMs;
  }

  /** It counts from the first call. */
  orchestratorRuns(): void {
    if (this.#isUp) return;
    this.#isUp = true;
    this.#endMs = this.clock.now() + this.withinMs + hearMs;
  }

  get isOver(): boolean {
    return this.clock.now() >= this.#endMs;
  }

  get waitedMs(): number {
    return this.clock.now() - this.#begunMs;
  }
}
