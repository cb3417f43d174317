import fc from 'fast-check';
import { mannWhitney } from './mann-whitney';
import { median } from './median';
import { seededRandom } from './seeded-random';
import { hodgesLehmann, shiftInterval } from './shift';

const sample = (most: number): fc.Arbitrary<number[]> =>
  fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 1, maxLength: most });

const allDifferences = (a: readonly number[], b: readonly number[]): number[] =>
  a.flatMap((x) => b.map((y) => y - x)).sort((one, other) => one - other);

test('the shift is the median of all differences', () => {
  fc.assert(
    fc.property(sample(12), sample(12), (a, b) => {
      expect(hodgesLehmann(a, b)).toBe(median(allDifferences(a, b)));
    }),
  );
});

test('permeability of the chorioamnion: R, wilcox.test with conf.int, estimates a shift of 0.305 from early to term', () => {
  const atTerm = [0.8, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46];
  expect(hodgesLehmann([1.15, 0.88, 0.9, 0.74, 1.21], atTerm)).toBeCloseTo(0.305, 12);
});

test('the ends of the interval are differences that are there, as far from both ends of their order', () => {
  fc.assert(
    fc.property(sample(9), sample(9), fc.constantFrom(0.9, 0.95, 0.99), (a, b, level) => {
      const interval = shiftInterval(a, b, level);
      if (interval === undefined) return;
      const differences = allDifferences(a, b);
      const places = differences.flatMap((value, index) => (value === interval.low ? [index] : []));
      const mirrored = places.map((index) => differences[differences.length - 1 - index]);
      expect(mirrored).toContain(interval.high);
    }),
  );
});

test('it holds just those shifts that the test does not refuse', () => {
  const distinct = fc.uniqueArray(fc.integer({ min: -10_000, max: 10_000 }), { minLength: 9, maxLength: 9 });
  fc.assert(
    fc.property(distinct, fc.integer({ min: -9999, max: 9999 }), (values, by) => {
      const [a, b] = [values.slice(0, 5), values.slice(5)];
      const interval = shiftInterval(a, b, 0.9)!;
      // Half of a whole number is no difference of whole numbers: no ties.
      const shifted = b.map((value) => value - by - 0.5);
      const isRefused = mannWhitney(a, shifted).p <= 0.1;
      expect(by + 0.5 < interval.low || by + 0.5 > interval.high).toBe(isRefused);
    }),
    { numRuns: 1000 },
  );
});

test('4 against 4 can say something at 95 %, 3 against 3 nothing', () => {
  expect(shiftInterval([1, 2, 3, 4], [11, 12, 13, 14], 0.95)).toEqual({ low: 7, high: 13, level: 0.95 });
  expect(shiftInterval([1, 2, 3], [11, 12, 13], 0.95)).toBeUndefined();
  expect(shiftInterval([], [1], 0.5)).toBeUndefined();
});

test('many values have the interval of the normal approximation, which is nearly the exact one', () => {
  const random = seededRandom(5);
  const draw = (count: number): number[] => Array.from({ length: count }, random);
  const [a, b] = [draw(30), draw(30).map((value) => value + 1)];
  const exact = shiftInterval(a, b, 0.95)!;
  const approximate = shiftInterval([...a, 0.5], b, 0.95)!;
  expect(approximate.low).toBeCloseTo(exact.low, 1);
  expect(approximate.high).toBeCloseTo(exact.high, 1);
});

test('ten thousand against ten thousand take no hundred million differences', () => {
  const a = Array.from({ length: 10_000 }, (_, index) => (index * 7919) % 10_007);
  const b = a.map((value) => value + 3);
  expect(hodgesLehmann(a, b)).toBe(3);
});
