import type { Path, Placement } from '../scenario/bench-scenario';
import type { SummarisedMetric } from '../record/cell-summary';
import type { Interval } from '../statistics/interval';

export const observedVerdicts = ['as asked', 'off', 'not measured'] as const;
/** `not measured`: these samples do not tell whether it is as asked. */
export type ObservedVerdict = (typeof observedVerdicts)[number];

/** One metric under one condition: what was asked for beside what was measured. All times in seconds. */
export interface ObservedRow {
  readonly use: string;
  readonly benchmark: string;
  readonly path: Path;
  readonly placement: Placement;
  /** Undefined where pairs are pooled. */
  readonly client: string | undefined;
  readonly server: string | undefined;
  readonly condition: string;
  readonly metric: SummarisedMetric;
  /** How many round trips one such figure holds. */
  readonly roundTrips: number;
  /** What the condition adds to one round trip; undefined where that is no fixed time. */
  readonly asked: number | undefined;
  /** asked x roundTrips; undefined also where the condition's faults move such a figure by more than their delay. */
  readonly expected: number | undefined;
  /** Pairs of samples of the same block, without the condition and with it. */
  readonly n: number;
  /** Of those pairs: the median of what the condition's sample takes longer. */
  readonly added: number | undefined;
  /** Of `added`, by bootstrap, at 95 %. */
  readonly interval: Interval | undefined;
  /** How far `added` may be from `expected`. */
  readonly tolerance: number | undefined;
  readonly verdict: ObservedVerdict;
  readonly why: string;
}

/** What a request pays for a condition, step by step. */
export interface RequestCost {
  readonly condition: string;
  /** Added to one round trip, seconds. */
  readonly roundTrip: number;
  /** `asked` for by the condition, or, where that is no fixed time, `measured`. */
  readonly from: 'asked' | 'measured';
  readonly lines: readonly RequestCostLine[];
}

export interface RequestCostLine {
  /** `TCP connect`, `HTTPS request, new connection, TLS 1.3`. */
  readonly what: string;
  readonly roundTrips: number;
  /** roundTrips x roundTrip. */
  readonly seconds: number;
  /** Where a benchmark of the run measures just this: the median of what was added, seconds. */
  readonly measured: number | undefined;
}

/** Configured against observed. */
export interface Observed {
  readonly run: string;
  readonly rows: readonly ObservedRow[];
  readonly requestCost: readonly RequestCost[];
}
