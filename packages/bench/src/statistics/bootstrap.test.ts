import fc from 'fast-check';
import { bootstrapMedian } from './bootstrap';
import { median } from './median';
import { seededRandom } from './seeded-random';

const values = fc.array(fc.double({ min: 0, max: 1e3, noNaN: true }), { minLength: 1, maxLength: 15 });

test('the median lies in its interval, the interval among the values', () => {
  fc.assert(
    fc.property(values, fc.nat(), (sample, seed) => {
      const { low, high, level } = bootstrapMedian(sample, { seed, resamples: 500 });
      expect(level).toBe(0.95);
      expect(low).toBeLessThanOrEqual(median(sample));
      expect(high).toBeGreaterThanOrEqual(median(sample));
      expect(low).toBeGreaterThanOrEqual(Math.min(...sample));
      expect(high).toBeLessThanOrEqual(Math.max(...sample));
    }),
    { numRuns: 50 },
  );
});

test('the same seed gives the same interval', () => {
  const random = seededRandom(1);
  const sample = Array.from({ length: 30 }, random);
  const of = (seed: number): unknown => bootstrapMedian(sample, { seed, resamples: 100 });
  expect(of(1)).toEqual(of(1));
  expect(of(1)).not.toEqual(of(2));
});

// Efron (1979): of three values the median of a redraw is the least with 7 chances of 27, which is 0.259.
test.each([
  [0.5, 0, 2],
  [0.46, 1, 1],
])('of three values the interval at %p is %p to %p', (level, low, high) => {
  expect(bootstrapMedian([2, 0, 1], { seed: 4, level })).toEqual({ low, high, level });
});

test.each([25, 60, 61])(
  'in about 95 of 100 cases the true median lies in the interval of %i values',
  (count) => {
    const random = seededRandom(2);
    const cases = Array.from({ length: 300 }, (_, seed) => {
      const { low, high } = bootstrapMedian(
        Array.from({ length: count }, () => -Math.log(1 - random())),
        { seed, resamples: 400 },
      );
      return low <= Math.LN2 && Math.LN2 <= high;
    });
    // 285 are expected; 4 is one standard deviation.
    expect(cases.filter(Boolean).length).toBeGreaterThan(268);
    expect(cases.filter(Boolean).length).toBeLessThan(298);
  },
);

test('of nothing there is no interval', () => {
  expect(bootstrapMedian([], { seed: 1 })).toEqual({ low: NaN, high: NaN, level: 0.95 });
});
