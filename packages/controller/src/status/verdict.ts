import type { FaultPhase, ScenarioPhase, ScenarioState } from '@podlag/api';
import type { Outcome } from '../desired/outcome';
import type { Tally } from './tally';

/** A phase and why. */
export interface Verdict<Phase extends string = FaultPhase | ScenarioPhase> {
  readonly phase: Phase;
  /** In CamelCase, for a machine: the reason of the condition and of the Event. */
  readonly reason: string;
  /** For a person. */
  readonly message: string;
}

/** What a phase is judged by. */
export interface Judged {
  readonly outcome: Outcome;
  readonly tally: Tally;
  readonly isSuspended: boolean;
  /** It was `Failed` under the leader before this one, and not all of its agents have answered this one. */
  readonly wasFailed: boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Where a NetworkFault or a LatencyMatrix stands. */
export function faultVerdict(judged: Judged): Verdict<FaultPhase> {
  const { outcome, tally, isSuspended, now } = judged;
  if (outcome.ends !== undefined && outcome.ends <= now) {
    return whenGone(
      { phase: 'Finished', reason: 'Finished', message: 'its duration is over' },
      judged,
      'Partial',
    );
  }
  if (isSuspended) {
    return whenGone({ phase: 'Pending', reason: 'Suspended', message: 'it is suspended' }, judged, 'Partial');
  }
  // What is in force already is told as such.
  if (outcome.waitingFor !== undefined && tally.settled === 0) return waiting(outcome.waitingFor, tally);
  if (tally.counts.selected === 0) {
    return { phase: 'Pending', reason: 'NoPods', message: 'the selector matches no pod' };
  }
  return standing(tally, outcome.waitingFor);
}

/** A phase in which nothing of it is there, said when no agent has anything of it any more; until then it is `meanwhile`. */
function whenGone<Phase extends string>(
  verdict: Verdict<Phase>,
  { tally: { left, stuck, failures }, wasFailed }: Pick<Judged, 'tally' | 'wasFailed'>,
  meanwhile: Phase,
): Verdict<Phase | 'Failed'> {
  if (left === 0) return verdict;
  const still = `${verdict.message}, and ${left} ${left === 1 ? 'pod has' : 'pods have'} not dropped it yet`;
  if (stuck === 0) return { phase: wasFailed ? 'Failed' : meanwhile, reason: 'Ending', message: still };
  const first = failures.at(-stuck);
  const why = first === undefined ? '' : `; ${first.pod}: ${first.detail}`;
  return { phase: 'Failed', reason: 'Ending', message: `${still}${why}` };
}

function waiting(what: string, { problems }: Pick<Tally, 'problems'>): Verdict<'Pending'> {
  const [first] = problems;
  const why = first === undefined ? '' : `; ${first.detail}. ${first.hint}`;
  return { phase: 'Pending', reason: 'Waiting', message: `waits for ${what}${why}` };
}

function standing(tally: Tally, waitingFor: string | undefined): Verdict<FaultPhase> {
  const { settled, pending, refused, problems } = tally;
  const message = told(tally);
  if (waitingFor !== undefined) {
    return { phase: 'Partial', reason: 'Waiting', message: `${message}; waits for ${waitingFor}` };
  }
  if (settled > 0 && pending + refused + problems.length === 0) {
    return { phase: 'Effective', reason: 'Effective', message };
  }
  if (settled > 0) {
    return { phase: 'Partial', reason: refused + problems.length === 0 ? 'Progressing' : 'Refused', message };
  }
  if (pending > 0) return { phase: 'Pending', reason: 'Progressing', message };
  // Selected, without a problem, and nothing to do: nobody matches its targets.
  if (tally.failures.length + problems.length === 0) {
    return {
      phase: 'Pending',
      reason: 'NoTargets',
      message: 'no target is there for the pods that it selects',
    };
  }
  return { phase: 'Failed', reason: 'Failed', message };
}

/** Where a Scenario stands. `started` is whether its start has been written. */
export function scenarioVerdict(
  judged: Judged & { readonly state: ScenarioState; readonly started: boolean },
): Verdict<ScenarioPhase> {
  const { outcome, tally, state, started, now } = judged;
  if (state === 'Aborted') {
    return whenGone({ phase: 'Aborted', reason: 'Aborted', message: 'it was aborted' }, judged, 'Running');
  }
  if (outcome.ends !== undefined && outcome.ends <= now) {
    return whenGone(
      { phase: 'Finished', reason: 'Finished', message: 'its last step is over' },
      judged,
      'Running',
    );
  }
  if (state === 'Paused') {
    return whenGone({ phase: 'Paused', reason: 'Paused', message: 'it is paused' }, judged, 'Running');
  }
  return started ? running(tally, outcome.waitingFor) : waiting('its start', tally);
}

function running(tally: Tally, waitingFor: string | undefined): Verdict<ScenarioPhase> {
  const { settled, pending, problems, failures } = tally;
  const message = told(tally);
  if (settled > 0)
    return {
      phase: 'Running',
      reason: failures.length + problems.length === 0 ? 'Running' : 'Refused',
      message,
    };
  if (pending > 0) return { phase: 'Pending', reason: 'Progressing', message };
  if (waitingFor !== undefined) return waiting(waitingFor, tally);
  if (failures.length + problems.length > 0) return { phase: 'Failed', reason: 'Failed', message };
  return { phase: 'Running', reason: 'NoPods', message: 'no step has a pod to work on now' };
}

/** `2 of 3 pods have it; shop/web-1: no-agent: ...` */
function told({ counts, failures, problems }: Tally): string {
  const { selected, effective } = counts;
  const [failure] = failures;
  const first = problems[0]?.detail ?? (failure && `${failure.pod}: ${failure.detail}`);
  const have = `${effective} of ${selected} ${selected === 1 ? 'pod has' : 'pods have'} it`;
  return first === undefined ? have : `${have}; ${first}`;
}
