/** What became of one object: whom it asks what of, and what stands in its way. */
export interface Outcome {
  /** Keys of the pods that the object selects, sorted. */
  readonly pods: readonly string[];
  /** The names of its planned faults, by the key of the pod whose agent holds them: selected ones and their peers. Sorted. */
  readonly plannedNames: ReadonlyMap<string, readonly string[]>;
  /** Why a part of it is not planned. Sorted by pod. */
  readonly problems: readonly OutcomeProblem[];
  /**
   * What a part of it, or all, waits for: `baseline`, `start`, `resume` (it is suspended or paused), `hostname NAME`. Of
   * several the first of the alphabet.
   */
  readonly waitingFor?: string;
  /** A part of it waits for what a controller that has just begun will have learnt soon. */
  readonly isLearning?: true;
  /** When it is over, in milliseconds since the epoch; absent: it stays. */
  readonly ends?: number;
}

export interface OutcomeProblem {
  readonly code: ProblemCode;
  readonly detail: string;
  readonly hint: string;
  /** The key of the pod that it is about, where it is about one. */
  readonly pod?: string;
}

export type ProblemCode =
  | 'no-agent'
  | 'no-address'
  | 'host-network'
  | 'no-such-service'
  | 'no-such-port'
  | 'unresolved-hostname'
  | 'no-such-object'
  | 'too-many-targets'
  | 'too-many-faults';
