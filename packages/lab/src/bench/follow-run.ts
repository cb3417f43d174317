import { setTimeout as delay } from 'node:timers/promises';
import { benchLabErrors } from './bench-lab-errors';
import type { OrchestratorCalls } from './orchestrator-calls';
import { isOver, type RunStatus } from './run-status';

export interface Following {
  readonly calls: Pick<OrchestratorCalls, 'status' | 'abort'>;
  /** When it aborts, the run is ended; it is followed to its end all the same. */
  readonly signal: AbortSignal;
  /** Told each state. */
  readonly show: (status: RunStatus) => void;
  /** Between two looks. Default: a second, for each takes CPU from what is measured. */
  readonly everyMs?: number;
  /** How long nobody may answer, as while an orchestrator starts again. Default 30 s. */
  readonly patienceMs?: number;
}

/** An orchestrator that is told to end does so within this. */
const abortWithinMs = 8_000;
const everyMsOfEnd = 100;

/**
 * Looks at a run until it is over.
 *
 * @throws PodlagError `bench-failed` when nobody answers, or the run does not end when it is told to
 */
export async function followRun({ everyMs = 1_000, ...following }: Following): Promise<RunStatus> {
  const { signal } = following;
  const looks = new Looks(following);
  for (;;) {
    const status = await looks.next();
    if (status !== undefined && isOver(status)) return status;
    await pause(signal.aborted ? everyMsOfEnd : everyMs, signal);
  }
}

class Looks {
  #answeredAt = performance.now();
  #abortedAt: number | undefined;

  constructor(private readonly following: Omit<Following, 'everyMs'>) {}

  /** Undefined when nobody answers, for a while. */
  async next(): Promise<RunStatus | undefined> {
    const { calls, show, patienceMs = 30_000 } = this.following;
    this.#assertEnding();
    try {
      await this.#abortOnce();
      const status = await calls.status();
      this.#answeredAt = performance.now();
      show(status);
      return status;
    } catch (error) {
      if (performance.now() - this.#answeredAt <= patienceMs) return undefined;
      throw benchLabErrors.error('bench-failed', `the orchestrator does not answer: ${String(error)}`);
    }
  }

  async #abortOnce(): Promise<void> {
    const { calls, signal } = this.following;
    if (!signal.aborted || this.#abortedAt !== undefined) return;
    await calls.abort('interrupted');
    this.#abortedAt = performance.now();
  }

  #assertEnding(): void {
    if (this.#abortedAt === undefined || performance.now() - this.#abortedAt <= abortWithinMs) return;
    throw benchLabErrors.error('bench-failed', 'the orchestrator was told to end, and does not');
  }
}

/** Cut short by the signal, once. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  const options = signal.aborted ? {} : { signal };
  await delay(ms, undefined, options).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}
