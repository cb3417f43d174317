import type { PlannedFault } from '@podlag/core';
import type { Outcome, OutcomeProblem } from './outcome';
import { compareText } from './pick';
import { findProblem, onHostNetwork } from './pod-problems';
import type { WorldPod } from './world';

/** The outcome of one object, while it is worked out. */
export class Draft {
  readonly #names = new Map<string, string[]>();
  readonly #problems = new Map<string, OutcomeProblem>();
  readonly #waitingFor = new Set<string>();
  #isLearning = false;
  /** Keys of pods that are selected and never shaped. */
  readonly #leftAlone: string[] = [];

  /** @param plans what all objects together ask of each agent, by pod key; added to */
  constructor(private readonly plans: Map<string, PlannedFault[]>) {}

  plan({ key }: WorldPod, planned: PlannedFault): void {
    append(this.plans, key, planned);
    append(this.#names, key, planned.fault.name);
  }

  problem(problem: OutcomeProblem): void {
    this.#problems.set(`${problem.pod ?? ''} ${problem.code} ${problem.detail}`, problem);
  }

  /** It is selected, and its node's network is not its own. */
  leaveAlone(pod: WorldPod): void {
    this.#leftAlone.push(pod.key);
    this.problem(onHostNetwork(pod));
  }

  waitFor(what: string): void {
    this.#waitingFor.add(what);
  }

  /** What it waits for is being asked for, and the answer is still to come. */
  waitToLearn(what: string): void {
    this.waitFor(what);
    this.#isLearning = true;
  }

  /** Those of `pods` that can shape their own packets; what keeps the others from it is told. */
  shapersAmong(pods: readonly WorldPod[]): readonly WorldPod[] {
    return pods.filter((pod) => {
      const problem = findProblem(pod);
      if (problem) this.problem(problem);
      return problem === undefined;
    });
  }

  outcome(pods: readonly WorldPod[], ends?: number): Outcome {
    const [waitingFor] = [...this.#waitingFor].sort();
    return {
      pods: [...new Set([...pods.map(({ key }) => key), ...this.#leftAlone])].sort(),
      plannedNames: new Map([...this.#names].map(([key, names]) => [key, names.sort()] as const).sort(byKey)),
      problems: [...this.#problems].sort(byKey).map(([, problem]) => problem),
      ...(waitingFor === undefined ? {} : { waitingFor }),
      ...(this.#isLearning ? { isLearning: true } : {}),
      ...(ends === undefined ? {} : { ends }),
    };
  }
}

function append<T>(lists: Map<string, T[]>, key: string, value: T): void {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}

function byKey([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return compareText(one, other);
}
