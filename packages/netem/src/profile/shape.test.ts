import { namedDistributions } from '@podlag/core';
import { greatestDelay } from './delay-bounds';
import { compose } from './compose';
import { fault } from '../testing';
import { customShape, distributionFile, shapeOf } from './shape';

const statistics = (values: readonly number[]): { mean: number; deviation: number } => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  return { mean, deviation };
};

/**
 * Of a Pareto distribution of index 3 that ends at 4.5, where the table does, scaled by 4/3. The integrals of x^-3 and of
 * 2x^-2 are those of the tail's weight.
 */
const paretoDeviation = (4 / 3) * Math.sqrt(1 + 2 * (1 - 1 / 4.5) - (1 + (1 - 1 / 4.5 ** 2) / 2) ** 2);

test.each([
  ['uniform', 0, 1 / Math.sqrt(3)],
  ['normal', 0, 1],
  ['pareto', 0, paretoDeviation],
] as const)('%s has mean %p and deviation %p in units of the jitter', (name, mean, deviation) => {
  const found = statistics(shapeOf(name).quantiles);
  expect(found.mean).toBeCloseTo(mean, 1);
  expect(found.deviation / deviation).toBeGreaterThan(0.9);
  expect(found.deviation / deviation).toBeLessThan(1.01);
});

test.each(namedDistributions)(
  'the file for %s holds 4096 rising 16-bit numbers, as tc wants them',
  (name) => {
    const numbers = distributionFile(shapeOf(name))
      .split('\n')
      .filter((line) => !line.startsWith('#'))
      .flatMap((line) => line.split(' '))
      .filter((word) => word !== '')
      .map(Number);
    expect(numbers).toHaveLength(4096);
    expect([...numbers].sort((one, other) => one - other)).toEqual(numbers);
    expect(Math.min(...numbers)).toBeGreaterThanOrEqual(-32_768);
    expect(Math.max(...numbers)).toBeLessThanOrEqual(32_767);
  },
);

test.each(namedDistributions)('%s has no quantile that the kernel cannot hold', (name) => {
  const { quantiles } = shapeOf(name);
  expect(quantiles[0]).toBeGreaterThanOrEqual(-4);
  expect(quantiles.at(-1)).toBeLessThanOrEqual(32_767 / 8192);
});

test('the longest delay of 20 ms with a pareto jitter of 5 ms is 40 ms, as in the kernel', () => {
  const delay = { time: '20ms', jitter: '5ms', distribution: 'pareto' };
  const profile = compose([fault({ delay })], 'egress');
  expect(greatestDelay(profile) / 1e6).toBeCloseTo(40, 2);
  expect(greatestDelay(compose([fault({ delay }, 'a'), fault({ delay }, 'b')], 'egress')) / 1e6).toBeLessThan(
    80,
  );
});

test("a user's table is named by what is in it", () => {
  expect(customShape([0, 1]).name).toBe(customShape([1, 0]).name);
  expect(customShape([0, 1]).name).not.toBe(customShape([0, 2]).name);
  expect(customShape([0, 1]).name).toMatch(/^podlag-[0-9a-f]{12}$/);
});
