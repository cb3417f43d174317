import type { Environment } from '../record/manifest';
import type { TaskOutcome, TaskRequest } from './task';

/** What a worker says of itself when it comes. */
export interface Hello {
  /** Its name in the run; the common name of its certificate. */
  readonly worker: string;
  /** podlag's version. */
  readonly version: string;
  readonly node: string;
  readonly zone: string | undefined;
  readonly network: 'pod' | 'host';
  readonly addresses: readonly string[];
  /** By benchmark: the tool's version, or why it cannot run there. */
  readonly tools: Readonly<Record<string, { readonly version?: string; readonly problem?: string }>>;
  readonly environment: Environment;
}

/** A server that listens. */
export interface RunningServer {
  /** However it ends. @throws PodlagError `worker-lost` */
  readonly ended: Promise<TaskOutcome>;
  /** Ends it. @returns what `ended` does @throws PodlagError `worker-lost` */
  stop(): Promise<TaskOutcome>;
}

/** One connection of one worker. A worker that was lost and comes again is another one of the same name. */
export interface ConnectedWorker {
  readonly hello: Hello;
  readonly connected: boolean;
  /** In words; undefined while it is connected. */
  readonly lostBecause: string | undefined;
  /**
   * Resolves when it listens. When the signal aborts before that, it is cancelled.
   *
   * @throws PodlagError `worker-lost`; `tool-missing` when it could not start; `server-not-ready` when it ended or did not
   * listen in the task's time, or was cancelled
   */
  startServer(task: TaskRequest, signal?: AbortSignal): Promise<RunningServer>;
  /**
   * Resolves when it has ended, however that was; when the signal aborts it is cancelled.
   *
   * @throws PodlagError `worker-lost`
   */
  runClient(task: TaskRequest, signal?: AbortSignal): Promise<TaskOutcome>;
}
