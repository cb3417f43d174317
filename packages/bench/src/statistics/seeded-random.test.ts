import fc from 'fast-check';
import { seededRandom, shuffled } from './seeded-random';

const drawn = (seed: number, count: number): number[] => {
  const random = seededRandom(seed);
  return Array.from({ length: count }, random);
};

test('the same seed gives the same numbers, another seed others', () => {
  expect(drawn(7, 20)).toEqual(drawn(7, 20));
  expect(drawn(7, 20)).not.toEqual(drawn(8, 20));
});

test('they are within 0 and 1, evenly', () => {
  const numbers = drawn(1, 10_000);
  expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...numbers)).toBeLessThan(1);
  const tenths = Array.from({ length: 10 }, (_, tenth) =>
    numbers.filter((x) => Math.floor(x * 10) === tenth),
  );
  // 1000 are expected in each; 30 is one standard deviation.
  for (const { length } of tenths) expect(Math.abs(length - 1000)).toBeLessThan(120);
});

test('shuffling loses nothing, doubles nothing and leaves the input as it is', () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), fc.nat(), (values, seed) => {
      const before = [...values];
      expect(shuffled(values, seededRandom(seed)).toSorted()).toEqual(values.toSorted());
      expect(values).toEqual(before);
    }),
  );
});

test('each order is as likely as any other', () => {
  const random = seededRandom(3);
  const orders = Array.from({ length: 6000 }, () => shuffled(['a', 'b', 'c'], random).join(''));
  const counts = Object.values(Object.groupBy(orders, (order) => order)).map((same = []) => same.length);
  expect(counts).toHaveLength(6);
  // 1000 are expected of each; 29 is one standard deviation.
  for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(120);
});
