import { defaultMostTargets, mostPlannedFaults, type PlannedFault } from '@podlag/core';
import type { Outcome, OutcomeProblem } from './outcome';
import type { WorldPod } from './world';

type Shortage = Pick<OutcomeProblem, 'code' | 'hint'> & {
  /** `targets` of all its faults together. */
  readonly of: 'faults' | 'targets';
};

const shortages = {
  faults: {
    ...{ of: 'faults', code: 'too-many-faults' },
    hint: 'Take objects away, or narrow their selectors; one fault toward many targets is one, many toward one each are many.',
  },
  targets: {
    ...{ of: 'targets', code: 'too-many-targets' },
    hint: 'Name blocks of addresses instead of pods, take objects away, or raise PODLAG_MOST_TARGETS of the agent, and with it its memory limit.',
  },
} as const satisfies Record<string, Shortage>;

/** What an agent would have of something, and the names of the faults that are left out since it takes less. */
interface Dropped {
  readonly shortage: Shortage;
  readonly wanted: number;
  readonly most: number;
  readonly names: ReadonlySet<string>;
}

/**
 * What agents take of their plans: an agent refuses one of too many faults, or of too many targets, whole. The first by name
 * are kept, and of those with many targets the ones for which there is room.
 */
export class Room {
  /** By pod key. */
  readonly #dropped = new Map<string, readonly Dropped[]>();
  readonly #mostTargets: ReadonlyMap<string, number>;

  constructor(pods: readonly WorldPod[]) {
    this.#mostTargets = new Map(
      pods.map(({ key, agent }) => [key, agent?.mostTargets ?? defaultMostTargets]),
    );
  }

  /** @param faults sorted by name */
  kept(podKey: string, faults: readonly PlannedFault[]): readonly PlannedFault[] {
    const few = faults.slice(0, mostPlannedFaults);
    const most = this.#mostTargets.get(podKey) ?? defaultMostTargets;
    const kept = roomFor(few, most);
    if (kept.length === faults.length) return faults;
    const byFaults = { wanted: faults.length, most: mostPlannedFaults, names: namesBeside(faults, few) };
    const byTargets = { wanted: targetsOf(few), most, names: namesBeside(few, kept) };
    this.#dropped.set(podKey, [
      { shortage: shortages.faults, ...byFaults },
      { shortage: shortages.targets, ...byTargets },
    ]);
    return kept;
  }

  /** An object's outcome without what there was no room for, which is told instead. */
  told(outcome: Outcome): Outcome {
    const problems = [...outcome.plannedNames].flatMap(([pod, names]) => this.#problems(pod, names));
    if (problems.length === 0) return outcome;
    const left = [...outcome.plannedNames].map(
      ([pod, names]) => [pod, names.filter((name) => !this.#isDropped(pod, name))] as const,
    );
    return {
      ...outcome,
      plannedNames: new Map(left.filter(([, names]) => names.length > 0)),
      problems: [...outcome.problems, ...problems],
    };
  }

  #isDropped(pod: string, name: string): boolean {
    return this.#dropped.get(pod)?.some(({ names }) => names.has(name)) ?? false;
  }

  #problems(pod: string, own: readonly string[]): readonly OutcomeProblem[] {
    return (this.#dropped.get(pod) ?? []).flatMap(({ shortage, wanted, most, names }) => {
      const { of, code, hint } = shortage;
      const count = own.filter((name) => names.has(name)).length;
      if (count === 0) return [];
      const detail = `pod ${pod} would have ${wanted} ${of}, and its agent takes ${most}: ${count} ${count === 1 ? 'fault' : 'faults'} of this object ${count === 1 ? 'is' : 'are'} left out`;
      return [{ code, detail, hint, pod }];
    });
  }
}

function roomFor(faults: readonly PlannedFault[], mostTargets: number): readonly PlannedFault[] {
  let count = 0;
  return faults.filter((planned) => {
    const more = targetsOf([planned]);
    if (more > 0 && count + more > mostTargets) return false;
    count += more;
    return true;
  });
}

/** As agents count them; planned faults are of one direction each. */
function targetsOf(faults: readonly PlannedFault[]): number {
  return faults.reduce((sum, { fault: { to = [], except = [] } }) => sum + to.length + except.length, 0);
}

function namesBeside(all: readonly PlannedFault[], some: readonly PlannedFault[]): ReadonlySet<string> {
  const kept = new Set(some);
  return new Set(all.filter((planned) => !kept.has(planned)).map(({ fault }) => fault.name));
}
