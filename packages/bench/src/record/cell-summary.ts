import type { Statistic, Unit } from '../benchmark/benchmark';
import type { Path, Placement } from '../scenario/bench-scenario';
import type { Interval } from '../statistics/interval';
import type { SampleStatus } from './sample';

/** What the samples of one cell say of one metric. All figures are in the metric's unit, and absent where there is no good sample. */
export interface CellSummary {
  /** Name of the use in the scenario. */
  readonly use: string;
  readonly benchmark: string;
  readonly path: Path;
  readonly placement: Placement;
  /** `none` without faults. */
  readonly condition: string;
  /** Names of workers; undefined where the samples of all pairs are taken together. */
  readonly client?: string;
  readonly server?: string;
  readonly metric: SummarisedMetric;
  /** Samples that count: those that are ok and have this figure. */
  readonly n: number;
  /** All others. */
  readonly failed: number;
  /** By status, of those that are not ok. */
  readonly failures: Readonly<Partial<Record<SampleStatus, number>>>;
  readonly median?: number;
  /** Median absolute deviation from the median. */
  readonly mad?: number;
  readonly mean?: number;
  /** Of the median. */
  readonly interval?: Interval;
  /** Of all single measurements, from the merged histograms, seconds. */
  readonly percentiles?: Percentiles;
}

export interface SummarisedMetric {
  readonly name: string;
  readonly unit: Unit;
  readonly better: 'lower' | 'higher';
  /** How many network round trips one such time holds. */
  readonly roundTrips?: number;
  readonly statistic?: Statistic;
}

export interface Percentiles {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
}
