import * as fc from 'fast-check';
import { binomialSpan } from './binomial';

test.each([
  [20, 0, 0, 0],
  [20, 1, 20, 20],
  // P(X > 5) = 0.033 %, P(X > 4) = 0.26 %: binomial tables.
  [20, 0.05, 0, 5],
  [100, 0.5, 34, 66],
  [1_000, 0.01, 2, 22],
  [1, 0.0004, 0, 0],
  [1, 0.0006, 0, 1],
])('of %i that each hit with %d, %i to %i hits are no surprise', (count, chance, least, most) => {
  expect(binomialSpan(count, chance)).toEqual({ least, most });
});

test('misses are hits seen from the other side', () => {
  const thousandths = fc.integer({ min: 0, max: 1_000 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 300 }), thousandths, (count, parts) => {
      const hits = binomialSpan(count, parts / 1_000);
      const misses = binomialSpan(count, 1 - parts / 1_000);
      expect({ least: count - hits.most, most: count - hits.least }).toEqual(misses);
      expect(hits.least).toBeLessThanOrEqual((count * parts) / 1_000);
      expect(hits.most).toBeGreaterThanOrEqual(Math.floor((count * parts) / 1_000));
    }),
  );
});
