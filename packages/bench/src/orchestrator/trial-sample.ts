import { createHash } from 'node:crypto';
import type { TaskOutcome } from '../channel/task';
import type { RawOutput, Sample } from '../record/sample';
import type { TrialEnd } from './trial-stand';
import type { TrialWork } from './trial-work';
import { verdictOf, verdictWithout, type Verdict } from './verdict';

/** A sample that has no place among the others yet. */
export type UnplacedSample = Omit<Sample, 'seq'>;

/** By the orchestrator's clock, milliseconds since the epoch: one clock for all workers. */
export interface TrialTimes {
  readonly startedMs: number;
  readonly endedMs: number;
}

/** What is recorded of a trial; undefined for one that was cancelled, which may be measured later. */
export function sampleOf(
  work: TrialWork,
  end: TrialEnd,
  run: string,
  { startedMs, endedMs }: TrialTimes,
): UnplacedSample | undefined {
  if (end.kind === 'cancelled') return undefined;
  const { id, ...trial } = work.trial;
  return {
    ...{ trial: id, run, benchmark: work.benchmark.name, ...trial },
    startedAt: new Date(startedMs).toISOString(),
    endedAt: new Date(endedMs).toISOString(),
    timeoutSeconds: work.timeoutMs / 1_000,
    ...verdictOn(end, work),
    ...(end.kind === 'failed' ? { argv: [], raw: noOutput } : ranAs(end.outcome)),
  };
}

function verdictOn(
  end: Exclude<TrialEnd, { readonly kind: 'cancelled' }>,
  { benchmark, parameters }: TrialWork,
): Verdict {
  if (end.kind === 'failed') return verdictWithout(end.error);
  const { outcome, spoilt } = end;
  return spoilt === undefined ? verdictOf(outcome, benchmark, parameters) : verdictWithout(spoilt);
}

const noOutput: RawOutput = {
  ...{ stdout: '', stderr: '', truncated: false },
  sha256: createHash('sha256').digest('hex'),
};

function ranAs(outcome: TaskOutcome): Pick<Sample, 'argv' | 'exitCode' | 'raw'> {
  const { argv, exitCode, stdout, stderr, stdoutSha256: sha256, truncated } = outcome;
  return { argv, ...(exitCode !== undefined && { exitCode }), raw: { stdout, stderr, sha256, truncated } };
}
