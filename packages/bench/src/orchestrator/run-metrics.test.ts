import { LatencyHistogram } from '../record/histogram';
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

const quiet = { uses: [], counts: () => ({ planned: 0, done: 0, failed: 0 }) };
const latencies = (...seconds: readonly number[]): string => {
  const histogram = new LatencyHistogram();
  for (const one of seconds) histogram.record(one);
  return histogram.encode();
};

test('what has no single measurements takes no memory for them', () => {
  const made = new RunMetrics(quiet);
  const before = process.memoryUsage().arrayBuffers;
  for (let index = 0; index < 400; index += 1) made.add(sampleWith({ condition: `c-${index}` }));
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1 << 20);
});

test('quantiles are those of all samples that have single measurements', async () => {
  const made = new RunMetrics(quiet);
  made.add(sampleWith({ histogram: latencies(0.001, 0.001) }));
  made.add(sampleWith());
  made.add(sampleWith({ histogram: latencies(0.002, 0.004) }));
  const told = await made.live.metrics();
  const figures = [...told.matchAll(/^podlag_bench_latency_seconds\{.*quantile="(.*)"\} (\S+)$/gm)];
  expect(figures.map(([, quantile, value]) => [quantile, Number(value).toFixed(3)])).toEqual([
    ['0.5', '0.001'],
    ['0.9', '0.004'],
    ['0.99', '0.004'],
    ['0.999', '0.004'],
  ]);
});
