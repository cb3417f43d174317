/** One answer that bore the agent's time. All in milliseconds since the epoch. */
export interface TimedAnswer {
  /** When the question went, and when the answer was here, by our clock. */
  readonly sentAt: number;
  readonly receivedAt: number;
  /** By the agent's clock. */
  readonly agentTime: number;
}

/** A sample says nothing about now once the clocks have had so long to drift: 10 min at 50 ppm are 30 ms. */
const freshMs = 600_000;
/** What a clock may differ beyond what the question took before anything is done about it, in milliseconds. */
const toleranceMs = 5;

interface Sample {
  readonly offsetMs: number;
  readonly uncertaintyMs: number;
  readonly at: number;
}

/**
 * How far an agent's clock is from ours, by the quickest of its last answers: the agent has read its clock at some time
 * between question and answer, so that the offset is that to the middle, give or take half.
 */
export class ClockOffset {
  #best: Sample | undefined;
  #shiftMs = 0;

  heard({ sentAt, receivedAt, agentTime }: TimedAnswer): void {
    const sample = {
      offsetMs: agentTime - (sentAt + receivedAt) / 2,
      uncertaintyMs: (receivedAt - sentAt) / 2,
      at: receivedAt,
    };
    const isBetter =
      this.#best === undefined ||
      sample.uncertaintyMs <= this.#best.uncertaintyMs ||
      sample.at - this.#best.at > freshMs;
    if (isBetter) this.#best = sample;
    const { offsetMs, uncertaintyMs } = this.#best ?? sample;
    // Not followed for each half of a millisecond: a new start is a new plan.
    if (Math.abs(offsetMs - this.#shiftMs) > uncertaintyMs + toleranceMs)
      this.#shiftMs = Math.round(offsetMs);
  }

  /** What to add to a time of ours so that it is the same time by the agent's clock, in whole milliseconds. */
  get shiftMs(): number {
    return this.#shiftMs;
  }

  /** Half of what the quickest answer took, in milliseconds. Undefined before the first. */
  get uncertaintyMs(): number | undefined {
    return this.#best?.uncertaintyMs;
  }

  /** The most by which the agent may be off after the shift, in milliseconds. Undefined before the first answer. */
  get skewMs(): number | undefined {
    if (this.#best === undefined) return undefined;
    return Math.max(Math.abs(this.#best.offsetMs - this.#shiftMs), this.#best.uncertaintyMs);
  }
}
