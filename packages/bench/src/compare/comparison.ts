import type { Condition, Path, Placement } from '../scenario/bench-scenario';
import type { SummarisedMetric } from '../record/cell-summary';
import type { Interval } from '../statistics/interval';

/** What is said of B, seen from A. `inconclusive`: these samples do not tell. */
export const verdicts = ['better', 'worse', 'same', 'inconclusive'] as const;
export type Verdict = (typeof verdicts)[number];

/** Of one of the two sides of a row. */
export interface ComparedSide {
  /** Samples that are ok. */
  readonly n: number;
  /** Of which nothing came: `timeout`, `parse_error`, `tool_error`. */
  readonly failed: number;
  /** That were measured and are not to be believed: they say nothing of the network, neither good nor bad. */
  readonly invalid: number;
  /** Undefined when n is 0. In the metric's unit. */
  readonly median: number | undefined;
}

/** One metric of what is compared: of a pair of workers, or of several together. */
export interface ComparisonRow {
  readonly use: string;
  readonly benchmark: string;
  readonly path: Path;
  readonly placement: Placement;
  /** Name of the condition; of two that are compared `A | B`. */
  readonly condition: Condition['name'];
  /** The pair of workers; undefined where several are together. */
  readonly client: string | undefined;
  readonly server: string | undefined;
  /** So many pairs of workers; 1 where `client` and `server` name it. */
  readonly pairs: number;
  readonly metric: SummarisedMetric;
  readonly a: ComparedSide;
  readonly b: ComparedSide;
  /** By how much B lies above A (Hodges and Lehmann), in the metric's unit. Undefined, as all that follow, where it was not tested. */
  readonly shift: number | undefined;
  /** Of A's median; undefined also where that is 0. */
  readonly shiftRatio: number | undefined;
  /** Of the shift, at 1 - alpha. */
  readonly interval: Interval | undefined;
  /** Mann-Whitney, two-sided, of this row alone. */
  readonly p: number | undefined;
  /** The same, adjusted for all that were tested; this is held against alpha. */
  readonly adjustedP: number | undefined;
  /** Whether p is exact. */
  readonly exact: boolean | undefined;
  /** From -1 (all of B below A) to 1. */
  readonly cliffsDelta: number | undefined;
  /** Less than this is no difference that counts. In the metric's unit. */
  readonly minimumEffect: number | undefined;
  readonly verdict: Verdict;
  /** The verdict's reason, a sentence without its full stop. */
  readonly why: string;
}

/** Something that is not the same around the two runs, and may be the reason for all that follows. */
export interface Difference {
  /** `kernel`, `iperf3-tcp version`, `scenario.repeats`. */
  readonly what: string;
  readonly a: string;
  readonly b: string;
}

/** Two runs, or two conditions of one. */
export interface Comparison {
  /** Name of the run, and of the condition where two conditions are compared. */
  readonly a: string;
  readonly b: string;
  /** To be read first. */
  readonly differences: readonly Difference[];
  readonly rows: readonly ComparisonRow[];
  /** Rows that were tested, for which p is adjusted. */
  readonly tested: number;
  /** `worse` when any row is; else `inconclusive` when any is; else `better` when any is; else `same`. */
  readonly verdict: Verdict;
  /** What was held against what, in one sentence: `6 metrics tested, ...`. */
  readonly why: string;
}
