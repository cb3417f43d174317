import { nextOrderStatistic, orderStatistic } from './order-statistics';
import { seededRandom, type Random } from './seeded-random';

const draws = 10_000;

/** The greatest distance between the distributions of two samples of as many: Kolmogorov and Smirnov. */
function distance(found: readonly number[], reference: readonly number[]): number {
  const [one, other] = [Float64Array.from(found).sort(), Float64Array.from(reference).sort()];
  let most = 0;
  for (let place = 0, beside = 0; place < one.length; place += 1) {
    while (beside < other.length && other[beside]! <= one[place]!) beside += 1;
    most = Math.max(most, Math.abs(place + 1 - beside) / one.length);
  }
  return most;
}

/** Two samples from one distribution are further apart once in a thousand times. */
const allowed = 1.95 / Math.sqrt(draws / 2);

const drawnWith = (seed: number, draw: (random: Random) => number): readonly number[] => {
  const random = seededRandom(seed);
  return Array.from({ length: draws }, () => draw(random));
};

const allOf = (count: number, random: Random): Float64Array =>
  Float64Array.from({ length: count }, random).sort();

test.each([
  [1, 1],
  [1, 2],
  [2, 3],
  [18, 36],
  [51, 101],
  [40, 40],
])('number %i of %i is distributed as when all of them are drawn and sorted', (rank, count) => {
  const found = drawnWith(5, (random) => orderStatistic(rank, count, random));
  const reference = drawnWith(6, (random) => allOf(count, random)[rank - 1]!);
  expect(distance(found, reference)).toBeLessThan(allowed);
});

test.each([
  [1, 2],
  [3, 6],
  [26, 52],
])('so is the middle between number %i of %i and the next', (rank, count) => {
  const found = drawnWith(7, (random) => {
    const low = orderStatistic(rank, count, random);
    return (low + nextOrderStatistic(low, rank, count, random)) / 2;
  });
  const reference = drawnWith(8, (random) => {
    const all = allOf(count, random);
    return (all[rank - 1]! + all[rank]!) / 2;
  });
  expect(distance(found, reference)).toBeLessThan(allowed);
});

test('another rank is told apart by that', () => {
  const third = drawnWith(9, (random) => orderStatistic(3, 36, random));
  const fourth = drawnWith(10, (random) => orderStatistic(4, 36, random));
  expect(distance(third, fourth)).toBeGreaterThan(5 * allowed);
});

test.each([1, 500_000, 999_999])('number %i of a million and the next are from 0 to 1, in order', (rank) => {
  const random = seededRandom(8);
  const value = orderStatistic(rank, 1_000_000, random);
  const next = nextOrderStatistic(value, rank, 1_000_000, random);
  expect([value >= 0, value < next, next <= 1]).toEqual([true, true, true]);
});
