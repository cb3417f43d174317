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
/** So far two samples may be beyond what they are unsure of, and both be true: clocks drift, and are read in whole milliseconds. */
const driftMs = 1;
/** No question takes longer, in milliseconds. One that seems to, or less than nothing, was under way when our own clock was set. */
const longestMs = 60_000;

interface Sample {
  readonly offsetMs: number;
  readonly uncertaintyMs: number;
  readonly at: number;
}

/**
 * How far an agent's clock is from ours, by the quickest of its last answers: the agent has read its clock at some time
 * between question and answer, so that the offset is that to the middle, give or take half. A clock that is set is noticed by
 * the first answer that cannot be true beside that one.
 */
export class ClockOffset {
  #best: Sample | undefined;
  #shiftMs = 0;

  /** Passed over where our own clock was set between question and answer. */
  heard({ sentAt, receivedAt, agentTime }: TimedAnswer): void {
    const tookMs = receivedAt - sentAt;
    if (tookMs < 0 || tookMs > longestMs) return;
    const sample = {
      offsetMs: agentTime - (sentAt + receivedAt) / 2,
      uncertaintyMs: tookMs / 2,
      at: receivedAt,
    };
    const best = this.#best === undefined || isBetter(sample, this.#best) ? sample : this.#best;
    this.#best = best;
    // Not followed for each half of a millisecond: a new start is a new plan.
    if (Math.abs(best.offsetMs - this.#shiftMs) > best.uncertaintyMs + toleranceMs)
      this.#shiftMs = Math.round(best.offsetMs);
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

function isBetter(sample: Sample, best: Sample): boolean {
  return (
    sample.uncertaintyMs <= best.uncertaintyMs ||
    sample.at - best.at > freshMs ||
    Math.abs(sample.offsetMs - best.offsetMs) > sample.uncertaintyMs + best.uncertaintyMs + driftMs
  );
}
