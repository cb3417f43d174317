import { isPodlagError, type Logger } from '@podlag/core';
import type { ConnectedWorker } from '../channel/connected-worker';
import type { WorkerHub } from '../channel/worker-hub';

/** What is waited with. */
export interface LostWorkersParts {
  readonly hub: Pick<WorkerHub, 'workers' | 'waitFor'>;
  readonly log: Logger;
}

/**
 * A worker whose connection broke is back within 5 s, one whose container was killed after the kubelet's first pause of
 * 10 s. A pod that is gone does not come again.
 */
const backWithinMs = 30_000;

/** Waits for workers that were here and are lost: once for each loss. */
export class LostWorkers {
  /** Connections. A worker that comes again has another one, whose loss is waited out anew. */
  readonly #givenUp = new WeakSet<ConnectedWorker>();
  #awaited: readonly ConnectedWorker[] = [];

  constructor(private readonly parts: LostWorkersParts) {}

  /** A line for each that is waited for just now. */
  get now(): readonly string[] {
    const { hub } = this.parts;
    const lost = this.#awaited.filter(({ hello }) => hub.workers().get(hello.worker)?.connected !== true);
    return lost.map((worker) => `waiting for ${describeLoss(worker)}`);
  }

  /**
   * Resolves when all of them are here that have ever come and are not given up: at once, mostly. Who is lost and not back
   * within 30 s is given up until it comes. Resolves too when the signal aborts.
   *
   * @param mostMs there is no more time than that; 0 or less is none
   */
  async back(names: readonly string[], mostMs: number, signal: AbortSignal): Promise<void> {
    const awaited = this.#awaitable(names);
    const lost = awaited.filter(({ connected }) => !connected);
    if (lost.length === 0 || mostMs <= 0 || signal.aborted) return;
    const ms = Math.min(backWithinMs, mostMs);
    this.parts.log.warn(`waiting ${ms / 1_000} s at most for ${lost.map(describeLoss).join(', ')}`);
    this.#awaited = lost;
    try {
      const all = awaited.map(({ hello }) => hello.worker);
      await this.parts.hub.waitFor(all, ms, signal);
      this.parts.log.info('all of them are back');
    } catch (error) {
      if (error !== signal.reason) this.#giveUp(lost, error);
    } finally {
      this.#awaited = [];
    }
  }

  #awaitable(names: readonly string[]): readonly ConnectedWorker[] {
    const known = names.map((name) => this.parts.hub.workers().get(name));
    return known.filter((worker) => worker !== undefined).filter((worker) => !this.#givenUp.has(worker));
  }

  /** Of those who are back by now it is an old connection that is given up. */
  #giveUp(lost: readonly ConnectedWorker[], error: unknown): void {
    if (!isPodlagError(error, 'worker-lost')) throw error;
    for (const worker of lost) this.#givenUp.add(worker);
    this.parts.log.warn({ code: error.code }, `going on without them: ${error.detail}`);
  }
}

function describeLoss({ hello, lostBecause }: ConnectedWorker): string {
  return `worker ${hello.worker}: ${lostBecause ?? 'its connection has ended'}`;
}
