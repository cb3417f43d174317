import type { Path, Placement } from '../scenario/bench-scenario';

/** A worker, as the schedule sees it. */
export interface WorkerSite {
  /** Unique in the run; a DNS label. */
  readonly name: string;
  readonly node: string;
  readonly zone: string | undefined;
  readonly network: 'pod' | 'host';
}

/** What is compared with its like: everything about a trial but which repeat it is. */
export interface Cell {
  /** Name of the use in the scenario. */
  readonly use: string;
  readonly path: Path;
  readonly placement: Placement;
  /** Name of the condition; `none` without faults. */
  readonly condition: string;
  /** Names of workers. */
  readonly client: string;
  readonly server: string;
}

/** One measurement. */
export interface Trial extends Cell {
  /** Unique in the run, and the same in each plan of the same scenario, workers and seed: by it a run is resumed. */
  readonly id: string;
  /** `sample` counts. `alone` and `company` are the interference check's: the same pair by itself, and in a full round. */
  readonly purpose: 'sample' | 'alone' | 'company';
  /** The randomised block, from 0: each block has every cell once. */
  readonly block: number;
  /** Within the whole run, from 0. Trials of one round have no worker in common and run at once. */
  readonly round: number;
}

/** All of a run, in order. */
export interface Schedule {
  readonly seed: number;
  readonly rounds: readonly (readonly Trial[])[];
  /** What the scenario asks for and these workers cannot do, in words: `host-network on the same node: one worker each`. */
  readonly leftOut: readonly string[];
}
