import type { SummarisedMetric } from '../record/cell-summary';

/**
 * What is too small to count as a difference. Of times the greater of `ratio` and `seconds` counts, and where one of them alone is
 * given, that alone: who asks for 1 % of 2 ms is not answered by 0.2 ms.
 */
export interface MinimumEffect {
  /** As a share of A's median. Default 0.05. */
  readonly ratio?: number;
  /** Of times, in seconds. Default 0.0002: two runs on one machine differ by that. */
  readonly seconds?: number;
  /** Of ratios such as loss, as a difference of the two; the greater counts. Default 0.001. */
  readonly share?: number;
  /** Of events of which fewer are better, such as retransmits, a second; the greater counts. Default 1. */
  readonly eventsPerSecond?: number;
}

/** Default of `ratio`. Also by so much more of B's samples may fail before it cannot be called the same. */
export const minimumRatio = 0.05;

const minimumSeconds = 0.0002;

/** In the metric's unit. */
export function minimumEffectOf(
  metric: SummarisedMetric,
  medianOfA: number,
  effect: MinimumEffect = {},
): number {
  const { ratio, seconds } = effect;
  const whole = Math.abs(medianOfA);
  if (metric.unit !== 's') return Math.max(whole * (ratio ?? minimumRatio), floorOf(metric, effect));
  if (ratio === undefined && seconds === undefined) return Math.max(whole * minimumRatio, minimumSeconds);
  return Math.max(whole * (ratio ?? 0), seconds ?? 0);
}

/** Of a clean link A's median is 0, and no share of that is more. A rate that is to be high is no such count: 2 a second may be all. */
function floorOf(
  { unit, better }: SummarisedMetric,
  { share = 0.001, eventsPerSecond = 1 }: MinimumEffect,
): number {
  if (unit === 'ratio') return share;
  return unit === '1/s' && better === 'lower' ? eventsPerSecond : 0;
}
