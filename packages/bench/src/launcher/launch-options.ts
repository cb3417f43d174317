import type { Authorize } from './run-tokens';
import type { Clock, Duration } from '@podlag/core';
import type { KubeApi } from '@podlag/kube';
import type { Manifest } from '../record/manifest';
import type { BenchScenario } from '../scenario/bench-scenario';
import type { LaunchProgress } from './launch-progress';

/** How a run is put on a cluster. */
export interface LaunchOptions {
  /** Made where it is not there. Default `podlag-bench`. */
  readonly namespace?: string;
  /** Of orchestrator and workers, as the nodes pull it. */
  readonly image: string;
  /** Which nodes get workers, as kubectl's --selector. Default: every node that is Ready and takes pods. */
  readonly nodes?: string;
  /** At most so many of them, chosen as the placements need. Default all. */
  readonly mostNodes?: number;
  /** Folder on this machine in which the run's folder is made. */
  readonly results: string;
  /** Of agents. Default: as the injector says in the pod. */
  readonly agentPort?: number;
  /** A token for the agents of pods, good for the whole run; undefined where agents are open. */
  readonly authorize?: Authorize;
  /** How long pods may take until they run. Default 5m. */
  readonly startWithin?: Duration;
  /** How long the orchestrator waits, when all is measured, for somebody to fetch it. Default 10m. */
  readonly linger?: Duration;
  /** After its end the cluster takes the run's objects away by itself. Default 1m. */
  readonly ttl?: Duration;
}

/** What a launcher works with. */
export interface LaunchParts {
  readonly api: KubeApi;
  readonly options: LaunchOptions;
  /** Default the system's. */
  readonly clock?: Clock;
  /** Aborted: the run is aborted, what is measured is kept, and everything is taken away at once. */
  readonly signal?: AbortSignal;
  readonly progress?: (progress: LaunchProgress) => void;
}

/** A run to begin. */
export interface Launch extends LaunchParts {
  readonly scenario: BenchScenario;
}

/** A run that is over, and on this machine. */
export interface LaunchedRun {
  readonly run: string;
  /** With manifest.json and samples.ndjson. */
  readonly folder: string;
  readonly manifest: Manifest;
}
