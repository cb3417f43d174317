import type { Interval } from './interval';
import { quantile } from './median';
import { seededRandom, type Random } from './seeded-random';

export interface BootstrapOptions {
  /** The same seed gives the same interval. */
  readonly seed: number;
  /** Default 0.95. */
  readonly level?: number;
  /** Default 10,000. Fewer, and at least 200, where that would be more than 20 million draws. */
  readonly resamples?: number;
}

const mostDraws = 20_000_000;
const leastResamples = 200;

/**
 * Where the median lies, by the percentile bootstrap (Efron 1979): the medians of many samples drawn from this one. NaN for
 * both ends when there are no values. Of fewer than ten values it is somewhat too narrow.
 */
export function bootstrapMedian(values: readonly number[], options: BootstrapOptions): Interval {
  const { seed, level = 0.95, resamples = 10_000 } = options;
  const times = Math.min(resamples, Math.max(leastResamples, Math.floor(mostDraws / values.length)));
  const medians = Array.from({ length: times }, medianOfRedraw(values, seededRandom(seed)));
  const tail = (1 - level) / 2;
  return { low: quantile(medians, tail), high: quantile(medians, 1 - tail), level };
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
