import type { Random } from './seeded-random';

/**
 * The `rank`-th from below of so many numbers that are uniform from 0 to 1, without the others: it has the beta distribution of
 * `rank` and `count + 1 - rank` (David and Nagaraja, Order Statistics, 2003, section 2.3).
 *
 * @param rank from 1 to `count`
 */
export function orderStatistic(rank: number, count: number, random: Random): number {
  const below = gamma(rank, random);
  return below / (below + gamma(count + 1 - rank, random));
}

/**
 * The one after the `rank`-th, which is `value`: the least of those that are left, uniform from `value` to 1.
 *
 * @param rank from 1 to `count - 1`
 */
export function nextOrderStatistic(value: number, rank: number, count: number, random: Random): number {
  return 1 - (1 - value) * (1 - random()) ** (1 / (count - rank));
}

/** Of the gamma distribution with this shape, from 1 on, and scale 1: Marsaglia and Tsang (2000). */
function gamma(shape: number, random: Random): number {
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = normal(random);
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - random()) < (x * x) / 2 + d - d * v + d * Math.log(v)) return d * v;
  }
}

/** Of the normal distribution: Box and Muller (1958). */
function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
