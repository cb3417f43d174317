import type { Clock, Duration, Logger } from '@podlag/core';
import type { Benchmark } from '../benchmark/benchmark';
import type { WorkerHub } from '../channel/worker-hub';
import type { RunFolder } from '../record/run-folder';
import type { BenchScenario } from '../scenario/bench-scenario';
import type { ExpectedWorker } from './expected-worker';
import type { FaultSetter } from './fault-setter';

/** What an orchestrator is made of. */
export interface OrchestratorParts {
  readonly scenario: BenchScenario;
  /** The run's name, a DNS label. */
  readonly run: string;
  readonly workers: readonly ExpectedWorker[];
  /** Listens already. Who made it closes it. */
  readonly hub: Pick<WorkerHub, 'workers' | 'onChange' | 'waitFor'>;
  readonly faults: FaultSetter;
  /** With the manifest of a new run, or with all that one has measured until its orchestrator died. */
  readonly folder: RunFolder;
  readonly clock: Clock;
  readonly log: Logger;
  /** How long to wait, when it has ended, for whoever fetches the results. */
  readonly linger: Duration;
  /** Default: all that there are. */
  readonly benchmarks?: readonly Benchmark[];
  /** How long workers have to come. Default 2m. */
  readonly workersWithinMs?: number;
}
