import type { PodCounts, PodFailure } from '@podlag/api';
import type { Outcome, OutcomeProblem } from '../desired/outcome';
import type { AgentProblem, FaultReport } from '../dispatch/agent-report';

/** What is known of a planned fault in the agent of a pod. */
export type ReportOf = (podKey: string, faultName: string) => FaultReport;

/** Names of an object's faults that agents still have and nobody wants any more, by pod key. */
export type Leftovers = ReadonlyMap<string, readonly string[]>;

/** How far an object has come, over all of its pods. */
export interface Tally {
  /** Of the pods that it selects. */
  readonly counts: PodCounts;
  /** Agents, those of peers too, that have all they should. */
  readonly settled: number;
  readonly pending: number;
  readonly refused: number;
  /** Pods whose agents still have something of it that is to go; and of these those that cannot be brought to drop it. */
  readonly left: number;
  readonly stuck: number;
  /**
   * First those that agents have refused, then what kept an agent from being asked, then what is wrong with targets, then
   * what is left of it. Sorted by pod.
   */
  readonly failures: readonly PodFailure[];
  /** What no pod has to do with, such as a Service that is not there. */
  readonly problems: readonly AgentProblem[];
}

type PodState =
  /** Idle: there is nothing for it to do, nor for any other. */
  | { readonly kind: 'effective' | 'pending' | 'idle' }
  | { readonly kind: 'failed'; readonly failure: PodFailure };

/** The problem that passes by itself: the pod has just been made. */
const notYet = 'no-address';

/** Counts what agents have read back against what is asked of them. */
export function tally(outcome: Outcome, reportOf: ReportOf, leftovers: Leftovers = new Map()): Tally {
  const kept = new Map(
    outcome.problems.flatMap((problem) => (problem.pod === undefined ? [] : [[problem.pod, problem]])),
  );
  const asked = new Map(
    [...outcome.plannedNames].map(([pod, names]) => {
      const problem = kept.get(pod);
      return [pod, problem ? problemState(pod, problem) : stateOf(pod, names, reportOf)] as const;
    }),
  );
  const left = new Map([...leftovers].map(([pod, names]) => [pod, leftState(pod, names, reportOf)]));
  const settled = count(asked.values(), 'effective');
  const rest = outcome.waitingFor !== undefined ? 'pending' : settled > 0 ? 'effective' : 'idle';
  const unasked = outcome.pods
    .filter((pod) => !asked.has(pod))
    .map((pod) => ({ pod, state: unaskedState(pod, kept.get(pod), rest) }));
  const selected = [
    ...outcome.pods.flatMap((pod) => asked.get(pod) ?? []),
    ...unasked.map(({ pod, state }) => left.get(pod) ?? state),
  ];
  const all = [...asked.values(), ...unasked.map(({ state }) => state)];
  return {
    counts: {
      selected: outcome.pods.length,
      effective: count(selected, 'effective'),
      pending: count(selected, 'pending'),
      failed: count(selected, 'failed'),
    },
    settled,
    pending: count(all, 'pending'),
    refused: count(asked.values(), 'failed'),
    left: left.size,
    stuck: count(left.values(), 'failed'),
    failures: [...all, ...bystanders(outcome, kept), ...left.values()].flatMap((state) =>
      state.kind === 'failed' ? [state.failure] : [],
    ),
    problems: outcome.problems.filter(({ pod }) => pod === undefined),
  };
}

function count(states: Iterable<PodState>, kind: PodState['kind']): number {
  return [...states].filter((state) => state.kind === kind).length;
}

function stateOf(pod: string, names: readonly string[], reportOf: ReportOf): PodState {
  const reports = names.map((name) => reportOf(pod, name));
  const failed = reports.find((report) => report.kind === 'failed');
  if (failed !== undefined) return { kind: 'failed', failure: { pod, ...failed.problem } };
  return { kind: reports.some(({ kind }) => kind === 'pending') ? 'pending' : 'effective' };
}

/** What is wanted of nobody is reported as pending, or as what keeps the agent from being told. */
function leftState(pod: string, names: readonly string[], reportOf: ReportOf): PodState {
  const state = stateOf(pod, names, reportOf);
  if (state.kind !== 'failed') return { kind: 'pending' };
  const { failure } = state;
  return {
    kind: 'failed',
    failure: { ...failure, detail: `what is to go may still be there: ${failure.detail}` },
  };
}

/** A pod of which nothing is asked: as the rest, where nothing keeps it. What its peers do for it is in force for it too. */
function unaskedState(
  pod: string,
  problem: OutcomeProblem | undefined,
  rest: Exclude<PodState['kind'], 'failed'>,
): PodState {
  return problem ? problemState(pod, problem) : { kind: rest };
}

function problemState(pod: string, { code, detail, hint }: OutcomeProblem): PodState {
  if (code === notYet) return { kind: 'pending' };
  return { kind: 'failed', failure: { pod, code, detail, hint } };
}

/** Pods that are no part of the counts, and keep the object from something all the same: targets on the host network. */
function bystanders(outcome: Outcome, kept: ReadonlyMap<string, OutcomeProblem>): readonly PodState[] {
  const counted = new Set([...outcome.pods, ...outcome.plannedNames.keys()]);
  return [...kept].flatMap(([pod, problem]) => (counted.has(pod) ? [] : [problemState(pod, problem)]));
}
