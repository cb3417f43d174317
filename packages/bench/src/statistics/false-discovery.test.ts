import fc from 'fast-check';
import { adjustedForMany } from './false-discovery';

test('Benjamini and Hochberg (1995), section 3.3: of their 15 tests the first four stand at 5 %', () => {
  const ps = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528,
    0.759, 1,
  ];
  expect(adjustedForMany(ps).map((p) => p < 0.05)).toEqual(ps.map((_, index) => index < 4));
});

// R: p.adjust(c(0.01, 0.02, 0.03, 0.04, 0.05), "BH") is 0.05 five times.
test.each([
  ['none', [], []],
  ['one is as it was', [0.03], [0.03]],
  ['evenly spread ones are alike', [0.05, 0.04, 0.03, 0.02, 0.01], [0.05, 0.05, 0.05, 0.05, 0.05]],
  [
    'ten that are all as low as can be stay so',
    new Array<number>(10).fill(0.008),
    new Array<number>(10).fill(0.008),
  ],
  [
    'one among ten counts ten times',
    [0.001, ...new Array<number>(9).fill(1)],
    [0.01, ...new Array<number>(9).fill(1)],
  ],
])('%s', (_, ps, expected) => {
  const adjusted = adjustedForMany(ps);
  expect(adjusted).toHaveLength(expected.length);
  expected.forEach((p, index) => {
    expect(adjusted[index]).toBeCloseTo(p, 12);
  });
});

test('no p falls, none exceeds 1, and their order stays', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true })), (ps) => {
      const adjusted = adjustedForMany(ps);
      ps.forEach((p, i) => {
        expect(adjusted[i]).toBeGreaterThanOrEqual(p);
        expect(adjusted[i]).toBeLessThanOrEqual(1);
        ps.forEach((other, j) => {
          if (p < other) expect(adjusted[i]).toBeLessThanOrEqual(adjusted[j]!);
        });
      });
    }),
    { numRuns: 50 },
  );
});
