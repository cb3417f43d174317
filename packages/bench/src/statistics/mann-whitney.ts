import { errorFunction } from 'simple-statistics';

/** What the rank-sum test of Mann and Whitney (1947) says of two samples. */
export interface MannWhitney {
  /** Pairs of one value of each in which `a`'s is greater, ties by half: R's `W`. */
  readonly u: number;
  /** Two-sided: how often chance alone gives a `u` as far from the middle, if both came from one distribution. */
  readonly p: number;
  /** From the permutations themselves; else from the normal approximation. */
  readonly exact: boolean;
}

/** Three against three have a p of 0.1 at best: with fewer than four on either side nothing can show at 5 %. */
export const leastSamples = 4;

/** Up to so many values together each permutation counts; then the normal approximation is good to three digits. */
export const mostExact = 60;

/**
 * Exact up to 60 values together, also with ties: the distribution of the rank sum over all ways to share these values
 * out. Above, the normal approximation, corrected for ties and continuity. p is 1 when a side is empty.
 */
export function mannWhitney(a: readonly number[], b: readonly number[]): MannWhitney {
  const pooled = midranks([...a, ...b]);
  const u = uOf(pooled.ranks, a.length);
  if (a.length === 0 || b.length === 0) return { u, p: 1, exact: true };
  if (a.length + b.length <= mostExact) return { u, p: exactP(pooled, a.length), exact: true };
  return { u, p: normalP(u, [a.length, b.length], pooled.tieTerm), exact: false };
}

/** The statistic alone, which costs a sort. */
export function mannWhitneyU(a: readonly number[], b: readonly number[]): number {
  return uOf(midranks([...a, ...b]).ranks, a.length);
}

function uOf(ranks: readonly number[], size: number): number {
  return ranks.slice(0, size).reduce((sum, rank) => sum + rank, 0) - (size * (size + 1)) / 2;
}

/** How many ways to choose `size` of the ranks have a sum of each half rank: index is twice the sum. */
export function rankSumCounts(ranks: readonly number[], size: number): Float64Array {
  const doubled = ranks.map((rank) => Math.round(rank * 2)).sort((one, other) => one - other);
  const width = doubled.reduce((sum, rank) => sum + rank, 0) + 1;
  const counts = Array.from({ length: size + 1 }, () => new Float64Array(width));
  counts[0]?.fill(1, 0, 1);
  let most = 0;
  for (const rank of doubled) {
    most += rank;
    // From the largest subset down, so that each rank is chosen once at most.
    for (let chosen = size; chosen > 0; chosen -= 1)
      addShifted(counts[chosen], counts[chosen - 1], [rank, most]);
  }
  return counts[size] ?? new Float64Array();
}

/** The exact distribution of 30 against 30 takes 10 ms, and a comparison asks for the same one again and again. */
const untied = new Map<string, Float64Array>();

/** `rankSumCounts` of n among n + m values that are all different. */
export function untiedCounts(n: number, m: number): Float64Array {
  const key = `${n},${m}`;
  const ranks = Array.from({ length: n + m }, (_, index) => index + 1);
  const counts = untied.get(key) ?? rankSumCounts(ranks, n);
  untied.set(key, counts);
  return counts;
}

function addShifted(
  into: Float64Array | undefined,
  from: Float64Array | undefined,
  [by, most]: readonly [number, number],
): void {
  if (into === undefined || from === undefined) return;
  for (let at = most; at >= by; at -= 1) into[at] = (into[at] ?? 0) + (from[at - by] ?? 0);
}

/** By distance from the middle on both sides: with ties the distribution is not symmetric, and twice one tail may exceed 1. */
function exactP({ ranks, tieTerm }: Midranks, size: number): number {
  const counts = tieTerm === 0 ? untiedCounts(size, ranks.length - size) : rankSumCounts(ranks, size);
  const seen = Math.round(ranks.slice(0, size).reduce((sum, rank) => sum + rank * 2, 0));
  const middle = size * (ranks.length + 1);
  const distance = Math.abs(seen - middle);
  let [extreme, all] = [0, 0];
  counts.forEach((count, sum) => {
    all += count;
    if (Math.abs(sum - middle) >= distance) extreme += count;
  });
  return extreme / all;
}

/** Two-sided, corrected for continuity. @param tieTerm the sum of t^3 - t over all groups of t equal values */
export function normalP(u: number, [n, m]: readonly [number, number], tieTerm: number): number {
  const total = n + m;
  const variance = ((n * m) / 12) * (total + 1 - tieTerm / (total * (total - 1)));
  if (variance === 0) return 1;
  const z = Math.max(0, Math.abs(u - (n * m) / 2) - 0.5) / Math.sqrt(variance);
  return 1 - errorFunction(z / Math.SQRT2);
}

interface Midranks {
  /** In the order of the values; equal values share the mean of their ranks. */
  readonly ranks: readonly number[];
  /** The sum of t^3 - t over all groups of t equal values. */
  readonly tieTerm: number;
}

function midranks(values: readonly number[]): Midranks {
  const order = values.map((_, index) => index).sort((i, j) => (values[i] ?? 0) - (values[j] ?? 0));
  const ranks = new Array<number>(values.length).fill(0);
  let tieTerm = 0;
  for (let from = 0, to = 0; from < order.length; from = to) {
    while (to < order.length && valueAt(to) === valueAt(from)) to += 1;
    for (const index of order.slice(from, to)) ranks[index] = (from + 1 + to) / 2;
    tieTerm += (to - from) ** 3 - (to - from);
  }
  return { ranks, tieTerm };

  function valueAt(position: number): number | undefined {
    return values[order[position] ?? -1];
  }
}
