import type { Interval } from './interval';
import { quantile } from './median';
import { nextOrderStatistic, orderStatistic } from './order-statistics';
import { seededRandom, type Random } from './seeded-random';

export interface BootstrapOptions {
  /** The same seed gives the same interval. */
  readonly seed: number;
  /** Default 0.95. */
  readonly level?: number;
  /** Default 10,000. */
  readonly resamples?: number;
}

/** Of more values than these, not all draws are made. */
const few = 50;

/**
 * Where the median lies, by the percentile bootstrap (Efron 1979): the medians of many samples drawn from this one. NaN for
 * both ends when there are no values. Of fewer than ten values it is somewhat too narrow.
 */
export function bootstrapMedian(values: readonly number[], options: BootstrapOptions): Interval {
  const { seed, level = 0.95, resamples = 10_000 } = options;
  const redraw = values.length > few ? middleOfRedraw : medianOfRedraw;
  const medians = Array.from({ length: resamples }, redraw(values, seededRandom(seed)));
  const tail = (1 - level) / 2;
  return { low: quantile(medians, tail), high: quantile(medians, 1 - tail), level };
}

/**
 * The same as medianOfRedraw, but only the one or two draws in the middle are made, each a place among the values in order: a
 * sample of thousands takes no longer than one of fifty.
 */
function middleOfRedraw(values: readonly number[], random: Random): () => number {
  const sorted = Float64Array.from(values).sort();
  const count = sorted.length;
  const rank = Math.ceil(count / 2);
  const at = (uniform: number): number => sorted[Math.min(Math.floor(uniform * count), count - 1)] ?? NaN;
  return () => {
    const low = orderStatistic(rank, count, random);
    if (count % 2 === 1) return at(low);
    return (at(low) + at(nextOrderStatistic(low, rank, count, random))) / 2;
  };
}

/** Draws as many as there are, with replacement. Only how often each place comes is kept: to find the middle takes no sorting. */
function medianOfRedraw(values: readonly number[], random: Random): () => number {
  const sorted = Float64Array.from(values).sort();
  const times = new Uint32Array(sorted.length);
  const middle = (sorted.length - 1) / 2;
  return () => {
    times.fill(0);
    for (let left = times.length; left > 0; left -= 1) {
      const place = Math.floor(random() * times.length);
      times[place] = (times[place] ?? 0) + 1;
    }
    const low = placeOf(times, Math.floor(middle));
    const high = placeOf(times, Math.ceil(middle));
    return ((sorted[low] ?? NaN) + (sorted[high] ?? NaN)) / 2;
  };
}

/** The place of the draw that is the `rank`-th from below, from 0. */
function placeOf(times: Uint32Array, rank: number): number {
  let [place, seen] = [0, times[0] ?? 0];
  while (seen <= rank && place < times.length) {
    place += 1;
    seen += times[place] ?? 0;
  }
  return place;
}
