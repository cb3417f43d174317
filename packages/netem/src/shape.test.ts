import { namedDistributions } from '@podlag/core';
import { customShape, distributionFile, shapeOf } from './shape';

const statistics = (values: readonly number[]): { mean: number; deviation: number } => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  return { mean, deviation };
};

test.each([
  ['uniform', 0, 1 / Math.sqrt(3)],
  ['normal', 0, 1],
  // A Pareto distribution of index 3 has variance 3/4; scaled by 4/3. The tail beyond the table is missing.
  ['pareto', 0, Math.sqrt(3 / 4) * (4 / 3)],
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

test("a user's table is named by what is in it", () => {
  expect(customShape([0, 1]).name).toBe(customShape([1, 0]).name);
  expect(customShape([0, 1]).name).not.toBe(customShape([0, 2]).name);
  expect(customShape([0, 1]).name).toMatch(/^podlag-[0-9a-f]{12}$/);
});
