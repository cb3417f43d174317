import fc from 'fast-check';
import { cliffsDelta } from './cliffs-delta';

test.each([
  ['all of b above', [1, 2], [3, 4], 1],
  ['all of b below', [3, 4], [1, 2], -1],
  ['the same', [1, 2, 3], [1, 2, 3], 0],
  ['three of four pairs above, one below', [1, 3], [2, 4], 0.5],
  ['ties for nothing', [1, 1], [1, 2], 0.5],
  ['an empty side', [], [1], 0],
])('%s', (_, a, b, delta) => {
  expect(cliffsDelta(a, b)).toBe(delta);
});

test('it is the share of pairs in which b is greater, less that in which it is smaller', () => {
  const sample = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(sample, sample, (a, b) => {
      const signs = a.flatMap((x) => b.map((y) => Math.sign(y - x)));
      const delta = signs.reduce<number>((sum, sign) => sum + sign, 0) / signs.length;
      expect(cliffsDelta(a, b)).toBeCloseTo(delta, 12);
    }),
  );
});
