import { Duration, isPodlagError, type Clock, type Logger } from '@podlag/core';
import { allSettled } from './all-settled';
import type { ExpectedWorker } from './expected-worker';
import type { FaultSetter } from './fault-setter';
import type { TrialWork } from './trial-work';

/** What a trial's faults are set with. */
export interface ConditionFaultsParts {
  readonly faults: FaultSetter;
  /** Addresses of a worker. */
  readonly addressesOf: (worker: string) => readonly string[];
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Faults that may be in force. */
interface Left {
  readonly worker: ExpectedWorker;
  /** When their lease is over at the latest. */
  readonly untilMs: number;
}

/** For what comes before and after a trial's own time: calls to the other agents of its round, and servers to come up. */
const aroundTrialMs = 60_000;
/** A call that was given up may still arrive, and clocks are not of one pace. */
const lateMs = 30_000;

/**
 * Sees to it that a trial has the faults of its condition and no others: what an earlier trial has left behind, since its
 * agent could not be asked, is taken away first.
 */
export class ConditionFaults {
  /** By name: where faults of ours may be in force. */
  readonly #left = new Map<string, Left>();

  constructor(private readonly parts: ConditionFaultsParts) {}

  /**
   * An orchestrator that was killed may have left some at any of them.
   *
   * @param timeoutMs of the longest trial that it may have begun
   */
  suspect(workers: readonly ExpectedWorker[], timeoutMs: number): void {
    const untilMs = this.#overMs(timeoutMs);
    for (const worker of workers)
      if (worker.agent !== undefined) this.#left.set(worker.name, { worker, untilMs });
  }

  /**
   * Takes away what is suspected, so that it is known before the first trial whether the agents take orders at all. One that
   * does not answer is told in the log, and asked again.
   *
   * @throws PodlagError `fault-refused`
   */
  async begin(): Promise<void> {
    await allSettled(
      [...this.#left.keys()].map((name) =>
        this.#mustBeGone(name).catch((error: unknown) => {
          if (isPodlagError(error, 'fault-refused')) throw error;
          this.#tell(name, error);
        }),
      ),
    );
  }

  /** Resolves when the kernels have them, and rejects when no call is under way any more. @throws PodlagError `fault-failed`, `fault-refused` */
  async set(work: TrialWork): Promise<void> {
    const { client, server } = work;
    await allSettled([client, server].map(({ name }) => this.#mustBeGone(name)));
    await allSettled(endsOf(work).map((end) => this.#setAt(end, work)));
  }

  /** Whether what was set is in force still. @throws PodlagError `fault-failed`, `fault-refused` */
  async assertInForce(work: TrialWork): Promise<void> {
    await allSettled(endsOf(work).map((end) => this.parts.faults.assertInForce(end, work.condition)));
  }

  /** Takes them away. Where that fails it is told, and tried again before anything else is measured there. */
  async clear({ client, server }: TrialWork): Promise<void> {
    await Promise.all([client, server].map(({ name }) => this.#clearAt(name)));
  }

  /** At all workers, at the end of the run. What cannot be cleared now ends with its lease. */
  async clearAll(): Promise<void> {
    await Promise.all([...this.#left.keys()].map((name) => this.#clearAt(name)));
  }

  async #setAt(worker: ExpectedWorker, work: TrialWork): Promise<void> {
    const { name } = worker;
    const before = this.#left.get(name);
    // Before it is asked: an answer that does not come leaves open whether they are in force.
    this.#left.set(name, { worker, untilMs: Infinity });
    try {
      await this.parts.faults.set(
        ...([worker, this.#hostsOpposite(worker, work), work.condition, leaseOf(work.timeoutMs)] as const),
      );
      this.#left.set(name, { worker, untilMs: this.#overMs(work.timeoutMs) });
    } catch (error) {
      const left = isPodlagError(error, 'fault-refused')
        ? before
        : { worker, untilMs: this.#overMs(work.timeoutMs) };
      if (left === undefined) this.#left.delete(name);
      else this.#left.set(name, left);
      throw error;
    }
  }

  /** When a lease is over that begins by now. */
  #overMs(timeoutMs: number): number {
    return this.parts.clock.now() + leaseOf(timeoutMs).milliseconds + lateMs;
  }

  /** A Service's address too: on its way to a Service a packet bears that address until the node has chosen a pod. */
  #hostsOpposite(end: ExpectedWorker, { client, server, trial }: TrialWork): readonly string[] {
    const other = end.name === client.name ? server : client;
    const isByService = trial.path === 'service' && other.name === server.name;
    const service = isByService && other.service !== undefined ? [other.service] : [];
    return [...this.parts.addressesOf(other.name), ...service];
  }

  async #mustBeGone(name: string): Promise<void> {
    const left = this.#left.get(name);
    if (left === undefined) return;
    if (this.parts.clock.now() < left.untilMs) await this.parts.faults.clear(left.worker);
    this.#left.delete(name);
  }

  async #clearAt(name: string): Promise<void> {
    try {
      await this.#mustBeGone(name);
    } catch (error) {
      this.#tell(name, error);
    }
  }

  #tell(worker: string, error: unknown): void {
    if (!isPodlagError(error)) throw error;
    const { code, detail, hint } = error;
    this.parts.logger.warn({ worker, code, hint }, `faults are left until their lease ends: ${detail}`);
  }
}

/** Where the condition's faults are to be in force. */
function endsOf({ client, server, condition }: TrialWork): readonly ExpectedWorker[] {
  if (condition.faults.length === 0) return [];
  return { client: [client], server: [server], both: [client, server] }[condition.side];
}

/** For all that a trial may take, with its setting up and taking down. */
function leaseOf(timeoutMs: number): Duration {
  return Duration.ofNanoseconds(Math.ceil(2 * timeoutMs + aroundTrialMs) * 1_000_000);
}
