import fc from 'fast-check';
import { mannWhitney, mannWhitneyU, normalP, rankSumCounts } from './mann-whitney';

test('permeability of the chorioamnion: R, wilcox.test, after Hollander and Wolfe (1973), p. 69: W = 35, p = 0.2544', () => {
  const atTerm = [0.8, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46];
  const early = [1.15, 0.88, 0.9, 0.74, 1.21];
  const { u, p, exact } = mannWhitney(atTerm, early);
  expect(u).toBe(35);
  expect(exact).toBe(true);
  // One-sided, as R's page has it, 0.1272.
  expect(p / 2).toBeCloseTo(0.1272, 4);
});

test('age at diagnosis: SciPy, mannwhitneyu: U = 17, p = 1/9 exactly, 0.1113 by the normal approximation', () => {
  const [males, females] = [
    [19, 22, 16, 29, 24],
    [20, 11, 17, 12],
  ];
  const { u, p } = mannWhitney(males, females);
  expect(u).toBe(17);
  expect(p).toBeCloseTo(1 / 9, 12);
  expect(normalP(17, [5, 4], 0)).toBeCloseTo(0.11134688653314041, 6);
});

// The usual tables, as in Mann and Whitney's successors: the greatest U that is significant at 5 %, two-sided.
test.each([
  [4, 4, 0],
  [5, 5, 2],
  [6, 6, 5],
  [7, 7, 8],
  [8, 8, 13],
  [9, 9, 17],
  [10, 10, 23],
  [12, 12, 37],
  [15, 15, 64],
  [20, 20, 127],
])('%p against %p, U is significant at 5 %% up to %p', (n, m, critical) => {
  const counts = rankSumCounts(
    Array.from({ length: n + m }, (_, index) => index + 1),
    n,
  );
  const all = counts.reduce((sum, count) => sum + count, 0);
  const upTo = (u: number): number =>
    counts.slice(0, n * (n + 1) + 2 * u + 1).reduce((sum, count) => sum + count, 0) / all;
  expect(2 * upTo(critical)).toBeLessThanOrEqual(0.05);
  expect(2 * upTo(critical + 1)).toBeGreaterThan(0.05);
});

test.each([
  [3, 2 / 20],
  [4, 2 / 70],
  [5, 2 / 252],
])('%p against %p that are wholly apart have the least p there is', (n, least) => {
  const low = Array.from({ length: n }, (_, index) => index);
  const high = low.map((value) => value + 100);
  expect(mannWhitney(low, high)).toEqual({ u: 0, p: expect.closeTo(least, 12), exact: true });
  expect(mannWhitney(high, low)).toEqual({ u: n * n, p: expect.closeTo(least, 12), exact: true });
});

/** All ways to choose `size` of the indices below `count`. */
function choices(count: number, size: number): number[][] {
  if (size === 0) return [[]];
  if (count < size) return [];
  return [
    ...choices(count - 1, size),
    ...choices(count - 1, size - 1).map((chosen) => [...chosen, count - 1]),
  ];
}

/** Straight from the definition: pairs are counted, permutations made one by one. */
function byEnumeration(a: readonly number[], b: readonly number[]): { u: number; p: number } {
  const pooled = [...a, ...b];
  const uOf = (chosen: ReadonlySet<number>): number => {
    let u = 0;
    pooled.forEach((x, i) => {
      pooled.forEach((y, j) => {
        if (chosen.has(i) && !chosen.has(j)) u += x > y ? 1 : x === y ? 0.5 : 0;
      });
    });
    return u;
  };
  const middle = (a.length * b.length) / 2;
  const u = uOf(new Set(a.keys()));
  const all = choices(pooled.length, a.length).map((chosen) => uOf(new Set(chosen)));
  const extreme = all.filter((other) => Math.abs(other - middle) >= Math.abs(u - middle) - 1e-9);
  return { u, p: extreme.length / all.length };
}

test('up to 8 values p is what counting all permutations gives, also with ties', () => {
  const fewDifferent = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(fewDifferent, fewDifferent, (a, b) => {
      const expected = byEnumeration(a, b);
      const { u, p, exact } = mannWhitney(a, b);
      expect(u).toBe(expected.u);
      expect(mannWhitneyU(a, b)).toBe(expected.u);
      expect(p).toBeCloseTo(expected.p, 12);
      expect(exact).toBe(true);
    }),
  );
});

test('up to 60 values p is exact, and the normal approximation takes over without a step', () => {
  const a = Array.from({ length: 30 }, (_, index) => index * 10);
  const b = a.map((value) => value + 75);
  const exact = mannWhitney(a, b);
  expect(exact.exact).toBe(true);
  expect(normalP(exact.u, [30, 30], 0)).toBeCloseTo(exact.p, 2);
  expect(mannWhitney(a, [...b, 200])).toMatchObject({ exact: false, p: expect.closeTo(exact.p, 1) });
});

test('samples that are all the same have a p of 1, few or many', () => {
  expect(mannWhitney([1, 1, 1, 1], [1, 1, 1, 1]).p).toBe(1);
  expect(mannWhitney(new Array<number>(50).fill(1), new Array<number>(50).fill(1)).p).toBe(1);
});

test('an empty side says nothing', () => {
  expect(mannWhitney([], [1, 2])).toEqual({ u: 0, p: 1, exact: true });
});
