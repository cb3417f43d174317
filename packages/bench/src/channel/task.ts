import type { Parameters } from '../benchmark/benchmark';
import type { SelfCheck } from '../record/sample';

/** What a worker is to be in one trial. */
export type TaskRole = 'server' | 'client';

/** One half of a trial, for one worker. It has no command line: the worker makes that itself. */
export interface TaskRequest {
  /** Unique in the run among what is under way. At most 256 printable ASCII characters. */
  readonly id: string;
  /** By its name in the worker's table. */
  readonly benchmark: string;
  readonly parameters: Parameters;
  /** Where the client finds its server: an IP address or a DNS name. A server has no use for it. */
  readonly serverHost: string;
  /** Until a client must have ended, or a server must listen. At most a day. */
  readonly timeoutMs: number;
}

/** How much of a program's standard output goes over the channel: its first 64 KiB. */
export const mostStdoutBytes = 64 * 1024;

/** How much of a program's standard error goes over the channel: its first 16 KiB. */
export const mostStderrBytes = 16 * 1024;

export const taskStatuses = ['exit', 'timeout', 'cancelled', 'could_not_start', 'refused'] as const;
/**
 * `exit`: the program ended by itself, with whatever exit code. `timeout` and `cancelled`: it was ended. `could_not_start`:
 * there is no such benchmark or program there. `refused`: the worker did not begin it, since its port is taken or the tool cannot
 * have such parameters.
 */
export type TaskStatus = (typeof taskStatuses)[number];

/** How a task ended. */
export interface TaskOutcome {
  /** The request's id. */
  readonly task: string;
  readonly status: TaskStatus;
  /** In words, for people; empty for exit code 0. */
  readonly detail: string;
  /** What was run, the program first; empty when nothing was. */
  readonly argv: readonly string[];
  /** Undefined when a signal ended it, or it never began. */
  readonly exitCode: number | undefined;
  /** At most its first 64 KiB; what is no UTF-8 in it is replaced. */
  readonly stdout: string;
  /** At most its first 16 KiB. */
  readonly stderr: string;
  /** SHA-256 of all that came on stdout, hexadecimal. */
  readonly stdoutSha256: string;
  /** Whether either is cut. */
  readonly truncated: boolean;
  /** By the worker's clock, milliseconds since the epoch. */
  readonly startedMs: number;
  readonly endedMs: number;
  /** How the worker did meanwhile: of a client, and of a server from when it listened. */
  readonly selfCheck: SelfCheck | undefined;
}
