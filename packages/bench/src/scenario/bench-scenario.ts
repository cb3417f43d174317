import type { Duration, Fault, Ratio } from '@podlag/core';

export const paths = ['pod', 'service', 'host-network'] as const;
/** By which address a client reaches its server. */
export type Path = (typeof paths)[number];

export const placements = ['same-node', 'other-node', 'other-zone'] as const;
/** Where the two stand to each other. `other-node` is another node of the same zone, or one whose zone is not known. */
export type Placement = (typeof placements)[number];

/** One use of a benchmark. */
export interface BenchmarkUse {
  /** Unique in the scenario; the benchmark's name when the file gives none. A DNS label. */
  readonly name: string;
  readonly benchmark: string;
  /** Default 10s. */
  readonly duration: Duration;
  /** Discarded. Default 1s. */
  readonly warmUp: Duration;
  readonly streams: number;
  readonly size: number | undefined;
  readonly rate: number | undefined;
}

/** Faults under which everything is measured, beside once without any. */
export interface Condition {
  /** A DNS label; `none` is the one without faults. */
  readonly name: string;
  /** Whose agent has it in force, toward the other alone, unless the fault names targets itself. */
  readonly side: 'client' | 'server' | 'both';
  readonly faults: readonly Fault[];
}

/** When repeats end before `repeats`. */
export interface EnoughWhen {
  /** Half the interval of the median, as a share of the median. */
  readonly halfWidth: Ratio;
  /** Never before so many. At least 4. */
  readonly atLeast: number;
}

/** A scenario file, as values. */
export interface BenchScenario {
  /** A DNS label. */
  readonly name: string;
  readonly benchmarks: readonly BenchmarkUse[];
  readonly paths: readonly Path[];
  readonly placements: readonly Placement[];
  /** The one without faults is always there, and first. */
  readonly conditions: readonly Condition[];
  /** Samples of each cell. Default 5. */
  readonly repeats: number;
  readonly enough: EnoughWhen | undefined;
  /** Also with client and server exchanged. Default false. */
  readonly bothWays: boolean;
  /** At most so many pairs of a path and placement; default 28, which is all among 8 workers. */
  readonly pairs: number;
  /** Disjoint pairs at once. Default true. */
  readonly parallel: boolean;
  /** Measures each benchmark's first pair alone and in company, and says whether company shows. Default: where there is company. */
  readonly interference: boolean;
  /** Between rounds. Default 500ms. */
  readonly coolDown: Duration;
  /** No trial begins after it. Default 30m. */
  readonly budget: Duration;
  /** Of the order and of all resampling. Undefined: drawn when it runs, and recorded. */
  readonly seed: number | undefined;
  /** A PushGateway, told at the end of the batch. */
  readonly pushGateway: string | undefined;
}
