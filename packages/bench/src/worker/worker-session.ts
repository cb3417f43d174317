import { status } from '@grpc/grpc-js';
import type { Clock } from '@podlag/core';
import type { ChannelTls } from '../channel/channel-tls';
import type { Hello } from '../channel/connected-worker';
import type { FromWorker } from '../channel/from-worker';
import { openLink, type LinkEnd, type OrchestratorLink } from '../channel/orchestrator-link';
import type { ToWorker } from '../channel/to-worker';
import { TaskRun, type TaskMeans } from './task-run';

/** What a session needs. */
export interface SessionOptions {
  /** `host:port`. */
  readonly orchestrator: string;
  readonly tls: ChannelTls;
  readonly hello: Hello;
  readonly means: TaskMeans;
  readonly clock: Clock;
  /** Told when the orchestrator takes the worker. */
  readonly onWelcome: (run: string) => void;
}

/** How a session ended. */
export type SessionEnd =
  /** The worker is wanted no longer. */
  | { readonly kind: 'goodbye'; readonly reason: string }
  /** It would be refused again. */
  | { readonly kind: 'refused'; readonly detail: string }
  | { readonly kind: 'lost'; readonly detail: string };

/** What is no different at the next try. */
const forGood = [
  status.UNAUTHENTICATED,
  status.PERMISSION_DENIED,
  status.INVALID_ARGUMENT,
  status.UNIMPLEMENTED,
];

/** One connection of a worker, with the tasks that it was given. None of them outlives it. */
export class WorkerSession {
  readonly #link: OrchestratorLink;
  readonly #tasks = new Map<string, TaskRun>();
  #isWelcome = false;
  #goodbye: string | undefined;
  #cancelHeartbeat: () => void = () => undefined;

  constructor(private readonly options: SessionOptions) {
    const { orchestrator, tls, hello } = options;
    this.#link = openLink({ orchestrator, tls, onMessage: (message) => this.#hear(message) });
    this.#say({ kind: 'hello', hello });
  }

  /** Resolves when it is over and nothing of its tasks is left. When the signal aborts, it ends. */
  async run(signal: AbortSignal): Promise<SessionEnd> {
    const close = (): void => this.#link.close();
    signal.addEventListener('abort', close, { once: true });
    if (signal.aborted) close();
    const end = await this.#link.ended;
    signal.removeEventListener('abort', close);
    this.#cancelHeartbeat();
    const tasks = [...this.#tasks.values()];
    for (const task of tasks) task.cancel();
    await Promise.all(tasks.map(({ outcome }) => outcome));
    return this.#endOf(end);
  }

  #hear(message: ToWorker): void {
    switch (message.kind) {
      case 'welcome':
        this.#isWelcome = true;
        this.#beat(message.heartbeatMs);
        this.options.onWelcome(message.run);
        return;
      case 'task':
        this.#begin(message);
        return;
      case 'cancel':
        this.#tasks.get(message.task)?.cancel();
        return;
      case 'goodbye':
        this.#goodbye = message.reason;
        this.#link.close();
        return;
    }
  }

  #begin({ role, task }: Extract<ToWorker, { kind: 'task' }>): void {
    const run = new TaskRun(role, task, this.options.means, () =>
      this.#say({ kind: 'ready', task: task.id }),
    );
    this.#tasks.set(task.id, run);
    void run.outcome.then((outcome) => {
      this.#tasks.delete(task.id);
      this.#say({ kind: 'outcome', outcome });
    });
  }

  #beat(heartbeatMs: number): void {
    this.#cancelHeartbeat();
    this.#cancelHeartbeat = this.options.clock.after(heartbeatMs, () => {
      this.#say({ kind: 'heartbeat' });
      this.#beat(heartbeatMs);
    });
  }

  #say(message: FromWorker): void {
    this.#link.send(message);
  }

  #endOf({ code, details }: LinkEnd): SessionEnd {
    if (this.#goodbye !== undefined) return { kind: 'goodbye', reason: this.#goodbye };
    const detail = details === '' ? status[code] : details;
    return { kind: !this.#isWelcome && forGood.includes(code) ? 'refused' : 'lost', detail };
  }
}
