import type { PodlagError } from '@podlag/core';
import { benchErrors } from '../bench-errors';
import type { ConnectedWorker, Hello, RunningServer } from './connected-worker';
import type { FromWorker } from './from-worker';
import type { TaskOutcome, TaskRequest, TaskRole } from './task';
import type { ToWorker } from './to-worker';

/** A task that the worker has been given, and has not told the end of. */
interface PendingTask {
  readonly ready: PromiseWithResolvers<undefined>;
  readonly outcome: PromiseWithResolvers<TaskOutcome>;
}

/** What the orchestrator knows of one connection: the worker's tasks, and whether it is still there. */
export class WorkerConnection implements ConnectedWorker {
  readonly #pending = new Map<string, PendingTask>();
  #lostBecause: string | undefined;

  constructor(
    readonly hello: Hello,
    private readonly send: (message: ToWorker) => void,
  ) {}

  get connected(): boolean {
    return this.#lostBecause === undefined;
  }

  get lostBecause(): string | undefined {
    return this.#lostBecause;
  }

  async startServer(task: TaskRequest, signal?: AbortSignal): Promise<RunningServer> {
    const { ready, outcome } = this.#begin('server', task);
    // The loss of a worker that nobody waits for just now is told to whoever stops the server.
    outcome.promise.catch(() => undefined);
    const early = outcome.promise.then((ended) => {
      throw notListening(this.hello.worker, ended);
    });
    await this.#cancelledBy(signal, task.id, Promise.race([ready.promise, early]));
    const stop = (): Promise<TaskOutcome> => {
      this.#cancel(task.id);
      return outcome.promise;
    };
    return { ended: outcome.promise, stop };
  }

  async runClient(task: TaskRequest, signal?: AbortSignal): Promise<TaskOutcome> {
    const { outcome } = this.#begin('client', task);
    return this.#cancelledBy(signal, task.id, outcome.promise);
  }

  /** @throws PodlagError `bad-message` for what is not due */
  hear(message: FromWorker): void {
    switch (message.kind) {
      case 'heartbeat':
        return;
      case 'ready':
        this.#task(message.task).ready.resolve(undefined);
        return;
      case 'outcome': {
        const { outcome } = message;
        this.#task(outcome.task).outcome.resolve(outcome);
        this.#pending.delete(outcome.task);
        return;
      }
      case 'hello':
        throw benchErrors.error('bad-message', 'FromWorker.hello: must come only once');
    }
  }

  /** The connection is gone, and so are its tasks. Only the first reason counts. */
  lose(because: string): void {
    if (!this.connected) return;
    this.#lostBecause = because;
    for (const { outcome } of this.#pending.values()) outcome.reject(this.#lost());
    this.#pending.clear();
  }

  #begin(role: TaskRole, task: TaskRequest): PendingTask {
    if (!this.connected) throw this.#lost();
    if (this.#pending.has(task.id)) throw new Error(`task ${task.id} is under way on ${this.hello.worker}`);
    const pending = {
      ready: Promise.withResolvers<undefined>(),
      outcome: Promise.withResolvers<TaskOutcome>(),
    };
    this.#pending.set(task.id, pending);
    this.send({ kind: 'task', role, task });
    return pending;
  }

  #cancel(id: string): void {
    if (this.#pending.has(id)) this.send({ kind: 'cancel', task: id });
  }

  async #cancelledBy<T>(signal: AbortSignal | undefined, id: string, work: Promise<T>): Promise<T> {
    const cancel = (): void => this.#cancel(id);
    signal?.addEventListener('abort', cancel, { once: true });
    if (signal?.aborted) cancel();
    try {
      return await work;
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
  }

  #task(id: string): PendingTask {
    const task = this.#pending.get(id);
    if (task === undefined) throw benchErrors.error('bad-message', `FromWorker: no task ${id} is under way`);
    return task;
  }

  #lost(): PodlagError {
    return benchErrors.error('worker-lost', `worker ${this.hello.worker}: ${this.#lostBecause ?? ''}`);
  }
}

/** What a worker refuses and says why, a port that is taken above all, is no tool that is missing. */
function notListening(worker: string, { status, detail, stderr }: TaskOutcome): PodlagError {
  const code = status === 'could_not_start' ? 'tool-missing' : 'server-not-ready';
  const said = stderr.trim();
  return benchErrors.error(
    code,
    `server on worker ${worker}: ${detail}${said === '' ? '' : `; it said: ${said}`}`,
  );
}
