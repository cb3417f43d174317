import { sampleWith } from '../record/testing';
import { RunMetrics } from './run-metrics';

const metrics = ['p50', 'p90', 'p99', 'p999', 'mean', 'least', 'most'].map((name) => ({
  ...{ name, unit: 's' as const, better: 'lower' as const },
}));

test('a run of 50,000 samples is counted in a moment, and a figure is the median of them all', async () => {
  const made = new RunMetrics({
    uses: [{ name: 'rr', benchmark: 'steady', metrics }],
    counts: () => ({ planned: 0, done: 0, failed: 0 }),
  });
  for (let index = 0; index < 50_000; index += 1) {
    const values = Object.fromEntries(metrics.map(({ name }) => [name, index]));
    made.add(sampleWith({ use: 'rr', benchmark: 'steady', values }));
  }
  expect(await made.live.metrics()).toMatch(/^podlag_bench_result\{use="rr".*metric="p50".*\} 24999.5$/m);
}, 20_000);
