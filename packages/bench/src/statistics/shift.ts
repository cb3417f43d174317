import { probit } from 'simple-statistics';
import type { Interval } from './interval';
import { mostExact, untiedCounts } from './mann-whitney';

/**
 * By how much `b` lies above `a`: the median of all differences of one value of each (Hodges and Lehmann 1963). NaN when a
 * side is empty.
 */
export function hodgesLehmann(a: readonly number[], b: readonly number[]): number {
  const [x, y] = [ascending(a), ascending(b)];
  const middle = (x.length * y.length + 1) / 2;
  if (x.length === 0 || y.length === 0) return NaN;
  return (smallestDifference(x, y, Math.floor(middle)) + smallestDifference(x, y, Math.ceil(middle))) / 2;
}

/**
 * Where the shift from `a` to `b` lies: every shift that the two-sided Mann-Whitney test does not refuse at 1 - `level`
 * (Moses; Hollander and Wolfe, section 4.3). Without ties it holds 0 just when that test sees no difference; with ties it is
 * cut as if there were none. It keeps its level for samples of any size, however few, and of any distribution, which a
 * bootstrap of five values does not. Undefined where no interval of so few values has that level.
 */
export function shiftInterval(
  a: readonly number[],
  b: readonly number[],
  level: number,
): Interval | undefined {
  const [x, y] = [ascending(a), ascending(b)];
  const cut = differencesCutOff(x.length, y.length, (1 - level) / 2);
  if (cut < 1) return undefined;
  const pairs = x.length * y.length;
  return { low: smallestDifference(x, y, cut), high: smallestDifference(x, y, pairs + 1 - cut), level };
}

/** The greatest c for which chance alone puts fewer than c of the differences on one side with at most `tail`. */
function differencesCutOff(n: number, m: number, tail: number): number {
  if (n === 0 || m === 0) return 0;
  if (n + m > mostExact) return normalCutOff(n, m, tail);
  const counts = untiedCounts(n, m);
  const all = counts.reduce((sum, count) => sum + count, 0);
  let [cut, below] = [0, 0];
  // Rank sums begin at n(n+1)/2, where U is 0; counts are indexed by twice the sum.
  for (let twice = n * (n + 1); twice < counts.length; twice += 2) {
    below += counts[twice] ?? 0;
    if (below > tail * all) break;
    cut += 1;
  }
  return cut;
}

function normalCutOff(n: number, m: number, tail: number): number {
  const deviation = Math.sqrt((n * m * (n + m + 1)) / 12);
  return Math.floor((n * m) / 2 + probit(tail) * deviation + 0.5);
}

/**
 * The k-th smallest (from 1) of all differences y - x, exactly, without making them all: bisection between the least and the
 * greatest until no number lies between.
 */
function smallestDifference(x: Float64Array, y: Float64Array, k: number): number {
  let low = difference(x, y, x.length - 1, 0);
  let high = difference(x, y, 0, y.length - 1);
  if (countUpTo(x, y, low) >= k) return low;
  for (;;) {
    const middle = low + (high - low) / 2;
    if (middle <= low || middle >= high) return high;
    if (countUpTo(x, y, middle) >= k) high = middle;
    else low = middle;
  }
}

/** How many differences are at most `limit`. Both ascend, so one walk through each will do. */
function countUpTo(x: Float64Array, y: Float64Array, limit: number): number {
  let [count, at] = [0, 0];
  for (let i = 0; i < x.length; i += 1) {
    while (at < y.length && difference(x, y, i, at) <= limit) at += 1;
    count += at;
  }
  return count;
}

function difference(x: Float64Array, y: Float64Array, i: number, j: number): number {
  return (y[j] ?? NaN) - (x[i] ?? NaN);
}

function ascending(values: readonly number[]): Float64Array {
  return Float64Array.from(values).sort();
}
