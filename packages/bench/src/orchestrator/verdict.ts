import { isPodlagError, type PodlagError } from '@podlag/core';
import { createHash } from 'node:crypto';
import { benchErrors } from '../bench-errors';
import type { Benchmark, Parameters, Reading } from '../benchmark/benchmark';
import type { TaskOutcome } from '../channel/task';
import type { Sample, SelfCheck } from '../record/sample';

/** What a trial has come to. */
export type Verdict = Pick<Sample, 'status' | 'problem' | 'values' | 'histogram' | 'selfCheck'>;

/** Less than this share of the rate that was asked for is another experiment than the one that was asked for. */
const leastReachedRate = 0.95;

const howToAsk = "Change the use's parameters: docs/bench.md says what each benchmark takes.";

/** How a client's task is read. Pure: raw output, argv and hash stand beside it, so that anybody can read it again. */
export function verdictOf(outcome: TaskOutcome, benchmark: Benchmark, parameters: Parameters): Verdict {
  const failure = failureOf(outcome, benchmark);
  if (failure !== undefined) return { ...failure, ...selfCheckOf(outcome.selfCheck) };
  try {
    const reading = wholeReading(benchmark.read(outcome, parameters), benchmark);
    const selfCheck = bothChecks(outcome.selfCheck, reading.selfCheck);
    return believed(reading, checked(selfCheck, reading, parameters));
  } catch (error) {
    if (!isPodlagError(error)) throw error;
    // Some tools end well and say in their output that they could not measure.
    const status = error.kind === benchErrors.kinds['tool-failed'] ? 'tool_error' : 'parse_error';
    return { status, problem: problemOf(error), ...selfCheckOf(outcome.selfCheck) };
  }
}

/** The verdict on a trial that came to no outcome: the tool did not run, or nobody knows how it ended. */
export function verdictWithout(error: PodlagError): Verdict {
  return { status: 'tool_error', problem: problemOf(error) };
}

function failureOf(outcome: TaskOutcome, benchmark: Benchmark): Verdict | undefined {
  switch (outcome.status) {
    case 'timeout':
      return failed('timeout', benchErrors.error('tool-timeout', outcome.detail));
    case 'cancelled':
      return failed('tool_error', benchErrors.error('run-aborted', outcome.detail));
    case 'could_not_start':
      return failed('tool_error', benchErrors.error('tool-missing', outcome.detail));
    case 'refused':
      return failed('tool_error', benchErrors.error('tool-failed', outcome.detail, { hint: howToAsk }));
    case 'exit':
      return failureOfExit(outcome, benchmark);
  }
}

function failureOfExit(outcome: TaskOutcome, benchmark: Benchmark): Verdict | undefined {
  const { exitCode, detail, stderr, stdout } = outcome;
  if (exitCode !== 0) {
    const said = benchmark.complaint?.(outcome) ?? (lastLine(stderr) || lastLine(stdout));
    const how = detail || `exit code ${exitCode ?? 'unknown'}`;
    return failed('tool_error', benchErrors.error('tool-failed', said === '' ? how : `${how}: ${said}`));
  }
  // What is cut may still parse, as another result.
  return isCut(outcome)
    ? failed('parse_error', benchErrors.error('unreadable-output', 'the output is longer than is kept'))
    : undefined;
}

function isCut({ stdout, stdoutSha256, truncated }: TaskOutcome): boolean {
  return truncated && createHash('sha256').update(stdout).digest('hex') !== stdoutSha256;
}

function failed(status: Sample['status'], error: PodlagError): Verdict {
  return { status, problem: problemOf(error) };
}

/** @throws PodlagError `unreadable-output` when a metric is missing, negative or no number */
function wholeReading(reading: Reading, { metrics }: Benchmark): Reading {
  const bad = metrics.find(({ name }) => !isFigure(reading.values[name]));
  if (bad === undefined) return reading;
  throw benchErrors.error('unreadable-output', `${bad.name} is ${String(reading.values[bad.name])}`);
}

function isFigure(value: number | undefined): boolean {
  return value !== undefined && Number.isFinite(value) && value >= 0;
}

/** Worker and probe look at themselves each: the worse of the two counts. */
function bothChecks(worker: SelfCheck | undefined, probe: SelfCheck | undefined): SelfCheck | undefined {
  if (worker === undefined || probe === undefined) return worker ?? probe;
  return {
    ...worker,
    eventLoopDelay: Math.max(worker.eventLoopDelay, probe.eventLoopDelay),
    reasons: [...new Set([...worker.reasons, ...probe.reasons])],
  };
}

function checked(
  selfCheck: SelfCheck | undefined,
  { reachedRate }: Reading,
  { rate }: Parameters,
): SelfCheck | undefined {
  if (rate === undefined || reachedRate === undefined) return selfCheck;
  const share = reachedRate / rate;
  const isLow = share < leastReachedRate;
  const why = `${reachedRate.toPrecision(3)} of ${rate} events a second were reached`;
  const { reasons = [], ...rest } = selfCheck ?? { eventLoopDelay: 0 };
  return { ...rest, reachedRate: share, reasons: isLow ? [...reasons, why] : reasons };
}

function believed({ values, histogram }: Reading, selfCheck: SelfCheck | undefined): Verdict {
  const measured = { values, ...(histogram !== undefined && { histogram }), ...selfCheckOf(selfCheck) };
  const reasons = selfCheck?.reasons ?? [];
  if (reasons.length === 0) return { status: 'ok', ...measured };
  const problem = problemOf(benchErrors.error('invalid-measurement', reasons.join('; ')));
  return { status: 'invalid', problem, ...measured };
}

function selfCheckOf(selfCheck: SelfCheck | undefined): Pick<Verdict, 'selfCheck'> {
  return selfCheck === undefined ? {} : { selfCheck };
}

/** An error as a record has it. */
export function problemOf({ code, detail, hint }: PodlagError): NonNullable<Sample['problem']> {
  return { code, detail, hint };
}

function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1)?.slice(0, 500) ?? '';
}
