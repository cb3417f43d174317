/** Where a figure lies with the confidence `level`, ends included; in the figure's unit. */
export interface Interval {
  readonly low: number;
  readonly high: number;
  /** From 0 to 1. */
  readonly level: number;
}
