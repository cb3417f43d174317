import type { Manifest, RunPhase } from '../record/manifest';
import type { RunningRounds } from './running-rounds';

/** How a run stands: the body of `GET /v1/status`. */
export interface RunStatus {
  readonly run: string;
  readonly phase: RunPhase;
  /** RFC 3339. */
  readonly startedAt: string;
  readonly workers: readonly WorkerStatus[];
  /** Trials that are to be measured, without those that are left out by now. */
  readonly planned: number;
  /** Samples that are there, of any status. */
  readonly done: number;
  /** How many of them are not `ok`. */
  readonly failed: number;
  /** By what rounds took until now, and at most what the budget leaves; 0 when it has ended. */
  readonly secondsLeft: number;
  /**
   * What is measured just now, a line for each trial: `big pod other-node slow: a -> b`; or whom the next round waits for, a
   * line for each worker.
   */
  readonly now: readonly string[];
  /** Why it ended before its end. */
  readonly problem?: { readonly code: string; readonly detail: string; readonly hint: string };
}

/** How one worker stands. */
export interface WorkerStatus {
  readonly name: string;
  readonly node: string;
  readonly zone?: string;
  readonly network: 'pod' | 'host';
  /** `lost`: it was here, or its time to come is over. */
  readonly state: 'waiting' | 'here' | 'lost';
}

/** Of a run that is about to be read from its folder. */
export function statusBefore(run: string, startedAt: string, workers: readonly WorkerStatus[]): RunStatus {
  const counts = { planned: 0, done: 0, failed: 0, secondsLeft: 0 };
  return { run, phase: 'waiting', startedAt, workers, ...counts, now: [] };
}

/** @param rounds undefined before the first has begun */
export function runStatus(
  { run, phase, startedAt, planned, samples, failed, problem }: Manifest,
  workers: readonly WorkerStatus[],
  rounds: Pick<RunningRounds, 'planned' | 'secondsLeft' | 'now'> | undefined,
): RunStatus {
  const idle = { planned: rounds?.planned ?? planned, secondsLeft: 0, now: [] };
  const { secondsLeft, now, planned: left } = phase === 'running' ? (rounds ?? idle) : idle;
  return {
    ...{ run, phase, startedAt, workers },
    ...{ planned: left, done: samples, failed, secondsLeft, now },
    ...(problem !== undefined && { problem }),
  };
}
