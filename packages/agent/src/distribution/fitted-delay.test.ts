import fc from 'fast-check';
import { fitDelay } from './fitted-delay';

const ms = 1e6;

test('a table gives back the samples that it was made of', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 10 * ms, max: 20 * ms }), { minLength: 20, maxLength: 200 }),
      (samples) => {
        const { mean, jitter, table, beyondShare } = fitDelay(samples);
        fc.pre(jitter.nanoseconds > 0 && beyondShare === 0);
        const made = table.map((entry) => mean.nanoseconds + entry * jitter.nanoseconds);
        const sorted = [...samples].sort((one, other) => one - other);
        expect(made).toHaveLength(sorted.length);
        // Half of the table's last digit.
        const tolerance = 0.000_06 * jitter.nanoseconds + 0.2 * 1000;
        made.forEach((value, index) =>
          expect(Math.abs(value - sorted[index]!)).toBeLessThanOrEqual(tolerance),
        );
      },
    ),
  );
});

test('of more samples than a table has entries, the quantiles at even steps', () => {
  const { table, mean, jitter } = fitDelay(Array.from({ length: 40_960 }, (_, index) => index * 1000));
  expect(table).toHaveLength(4096);
  const made = table.map((entry) => mean.nanoseconds + entry * jitter.nanoseconds);
  made.forEach((value, index) => expect(Math.abs(value - (index * 10 + 5) * 1000)).toBeLessThanOrEqual(1000));
});

test('mean and jitter are whole microseconds, so that every driver says the same', () => {
  const { mean, jitter } = fitDelay(Array.from({ length: 21 }, (_, index) => 1_000_000.4 + index * 1_111.1));
  expect(mean.nanoseconds % 1000).toBe(0);
  expect(jitter.nanoseconds % 1000).toBe(0);
});
