import type { CommonStatus, Condition, LatencyMatrixStatus, ScenarioStatus } from '@podlag/api';
import { Duration } from '@podlag/core';
import type { BaselineState } from '../baselines/baseline-book';
import type { Outcome } from '../desired/outcome';
import type { Started } from '../desired/world';
import type { SeenObject } from '../world/custom-objects';
import { baselineCondition, type Claim } from './baseline-condition';
import { summaryOf } from './summary';
import { tally, type Leftovers, type ReportOf, type Tally } from './tally';
import { faultVerdict, scenarioVerdict, type Verdict } from './verdict';

/** The status of any of podlag's objects. */
export type AnyStatus = CommonStatus<string> &
  Pick<LatencyMatrixStatus, 'baselines'> &
  Pick<ScenarioStatus, 'position' | 'skew'>;

/** What a status is made of. */
export interface StatusInput {
  readonly seen: SeenObject;
  /** Undefined where the object could not be read. */
  readonly outcome: Outcome | undefined;
  readonly started: Started | undefined;
  readonly reportOf: ReportOf;
  readonly leftovers: Leftovers;
  /** Keys of pods that may have something of it from an earlier leader, and have not answered this one. */
  readonly inherited: readonly string[];
  readonly skewMsOf: (podKey: string) => number | undefined;
  /** Of a matrix that subtracts them. */
  readonly baselines: readonly BaselineState[];
  /** What was written last. */
  readonly last: AnyStatus | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** A status and the verdict that it is from. */
export interface Judgement {
  readonly status: AnyStatus;
  readonly verdict: Verdict;
}

const mostFailures = 10;
const noOutcome: Outcome = { pods: [], plannedNames: new Map(), problems: [] };

/** The whole status of an object. Pure: the same reports always give the same. */
export function judged(input: StatusInput): Judgement {
  const { seen, outcome = noOutcome, started, last, now } = input;
  const counted = tally(outcome, input.reportOf, allLeft(input));
  const verdict = verdictOf(input, outcome, counted);
  const { counts, failures } = counted;
  const { generation } = seen.object.metadata;
  return {
    verdict,
    status: {
      ...(generation === undefined ? {} : { observedGeneration: generation }),
      phase: verdict.phase,
      ...timesOf(input, outcome, verdict),
      summary: summaryOf(seen),
      ready: `${counts.effective}/${counts.selected}`,
      pods: counts,
      ...(failures.length === 0 ? {} : { failures: failures.slice(0, mostFailures) }),
      ...baselinesOf(input.baselines),
      ...(seen.kind === 'scenario' ? scenarioPart(input, outcome, started) : {}),
      conditions: [judgedCondition(seen, verdict), baselineCondition(input.baselines)].flatMap((claim) =>
        claim === undefined ? [] : [condition(seen, claim, { last, now })],
      ),
    },
  };
}

/** By what names an earlier leader has asked it, nobody needs to know: agents drop what is not asked any more. */
function allLeft({ leftovers, inherited }: StatusInput): Leftovers {
  if (inherited.length === 0) return leftovers;
  const all = new Map([...inherited.map((pod) => [pod, ['inherited']] as const), ...leftovers]);
  return new Map([...all].sort(([one], [other]) => (one < other ? -1 : 1)));
}

function verdictOf(input: StatusInput, outcome: Outcome, counted: Tally): Verdict {
  const { seen, started, now, inherited, last } = input;
  if (seen.problem !== undefined) {
    const { detail, hint } = seen.problem;
    return { phase: 'Failed', reason: 'InvalidObject', message: `${detail}. ${hint}` };
  }
  const wasFailed = inherited.length > 0 && last?.phase === 'Failed';
  const all = { outcome, tally: counted, now, wasFailed };
  if (seen.kind === 'scenario') {
    const { state } = seen.parsed;
    return scenarioVerdict({ ...all, isSuspended: false, state, started: started !== undefined });
  }
  return faultVerdict({ ...all, isSuspended: seen.parsed.suspend });
}

function timesOf(
  { started, last, now }: StatusInput,
  outcome: Outcome,
  { phase }: Verdict,
): Pick<AnyStatus, 'startTime' | 'endTime'> {
  const isAborted = phase === 'Aborted';
  const endTime = isAborted
    ? ((last?.phase === 'Aborted' ? last.endTime : undefined) ?? isoTime(now))
    : outcome.ends === undefined
      ? undefined
      : isoTime(outcome.ends);
  return {
    ...(started === undefined ? {} : { startTime: isoTime(started.startTime) }),
    ...(endTime === undefined ? {} : { endTime }),
  };
}

function scenarioPart(
  { skewMsOf }: StatusInput,
  outcome: Outcome,
  started: Started | undefined,
): Pick<AnyStatus, 'position' | 'skew'> {
  const skews = [...outcome.plannedNames.keys()].flatMap((pod) => skewMsOf(pod) ?? []);
  return {
    ...(started?.position === undefined ? {} : { position: durationText(started.position) }),
    // Rounded up: it is a promise. And to whole milliseconds, so that it is not written anew with each renewal.
    ...(skews.length === 0 ? {} : { skew: durationText(Math.ceil(Math.max(...skews))) }),
  };
}

function baselinesOf(states: readonly BaselineState[]): Pick<AnyStatus, 'baselines'> {
  const measured = states.filter((state) => state.kind === 'measured');
  if (measured.length === 0) return {};
  return { baselines: measured.map(({ pair, rtt }) => ({ between: pair, rtt: rtt.toString() })) };
}

/** `Effective` of faults and matrices, `Ready` of scenarios: True in the phase that is good. */
function judgedCondition({ kind }: SeenObject, { phase, reason, message }: Verdict): Claim {
  const type = kind === 'scenario' ? 'Ready' : 'Effective';
  const status = phase === 'Effective' || phase === 'Running' ? 'True' : 'False';
  return { type, status, reason, message };
}

function condition(
  { object }: SeenObject,
  { type, status, reason, message }: Claim,
  { last, now }: { readonly last: AnyStatus | undefined; readonly now: number },
): Condition {
  const before = last?.conditions?.find((one) => one.type === type);
  const { generation } = object.metadata;
  return {
    ...{ type, status, reason, message },
    lastTransitionTime:
      before?.status === status ? before.lastTransitionTime : isoTime(now).replace(/\.[0-9]+Z$/, 'Z'),
    ...(generation === undefined ? {} : { observedGeneration: generation }),
  };
}

function durationText(ms: number): string {
  return Duration.ofNanoseconds(Math.round(ms * 1_000_000)).toString();
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
