/** One condition of an object's status, as in metav1.Condition. */
export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  /** In CamelCase, for a machine. */
  readonly reason: string;
  /** For a person. */
  readonly message: string;
  /** RFC 3339. */
  readonly lastTransitionTime: string;
  readonly observedGeneration?: number;
}

/** How many pods an object is about, and how many of them have it. Where nothing is asked of anybody a pod is in no other count. */
export interface PodCounts {
  readonly selected: number;
  /** It is in force: agents read it back from their kernels. Of a Scenario, also what waits for its time. */
  readonly effective: number;
  /** Not heard of yet, or not dropped yet where it is to go. */
  readonly pending: number;
  readonly failed: number;
}

/** Why one pod does not have what it should, or has what it should not. */
export interface PodFailure {
  /** `namespace/name` */
  readonly pod: string;
  readonly code: string;
  readonly detail: string;
  readonly hint: string;
}

/** What the status of each of podlag's objects has. */
export interface CommonStatus<Phase extends string> {
  /** The generation of the object that this is about. */
  readonly observedGeneration?: number;
  readonly phase?: Phase;
  /** When it was first in force, RFC 3339. */
  readonly startTime?: string;
  /** When it ended, or will end; RFC 3339. */
  readonly endTime?: string;
  /** In a few words what it does, for `kubectl get`. */
  readonly summary?: string;
  /** Pods in which it is in force, of those that it selects: `3/3`; `0/3` when it is over. */
  readonly ready?: string;
  readonly pods?: PodCounts;
  /** The first ten. */
  readonly failures?: readonly PodFailure[];
  readonly conditions?: readonly Condition[];
}

/** Where a NetworkFault or a LatencyMatrix stands. */
export const faultPhases = ['Pending', 'Effective', 'Partial', 'Failed', 'Finished'] as const;
export type FaultPhase = (typeof faultPhases)[number];

/** Where a Scenario stands. */
export const scenarioPhases = ['Pending', 'Running', 'Paused', 'Finished', 'Aborted', 'Failed'] as const;
export type ScenarioPhase = (typeof scenarioPhases)[number];

export type NetworkFaultStatus = CommonStatus<FaultPhase>;

/** The round trip between two regions before anything was added. */
interface Baseline {
  readonly between: readonly [string, string];
  /** The shortest that was measured; the median of theirs where several pods have. */
  readonly rtt: string;
}

export interface LatencyMatrixStatus extends CommonStatus<FaultPhase> {
  readonly baselines?: readonly Baseline[];
}

export interface ScenarioStatus extends CommonStatus<ScenarioPhase> {
  /** How far it had come when it was paused: `42s`. */
  readonly position?: string;
  /** The most that the clock of an agent may be off the controller's: `3ms`. Two agents are at most twice that apart. */
  readonly skew?: string;
}
