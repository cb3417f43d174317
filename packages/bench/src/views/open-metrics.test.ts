import fc from 'fast-check';
import { LatencyHistogram } from '../record/histogram';
import { manifestWith, runWith } from '../record/testing';
import { openMetricsOf } from './open-metrics';
import { readOpenMetrics } from './testing/open-metrics-reader';
import { openMetricsText } from './open-metrics-text';

const histogram = new LatencyHistogram();
for (let index = 1; index <= 100; index += 1) histogram.record(index * 1e-6);

const run = runWith(
  [
    ...[0, 1, 2, 3].map((index) => ({
      values: { round_trip_median: (200 + index) * 1e-6, transactions: 4900 },
      histogram: histogram.encode(),
    })),
    { status: 'timeout', condition: 'slow' },
  ],
  { endedAt: '2026-01-02T04:00:00.000Z' },
);

const cell = {
  ...{ use: 'netperf-tcp-rr', benchmark: 'netperf-tcp-rr', path: 'pod', placement: 'other-node' },
  ...{ client: 'pw-0', server: 'pw-1' },
};

test('a run is read back by a strict reader, with its units in its names', () => {
  const families = readOpenMetrics(openMetricsOf(run));
  expect(families.get('podlag_bench_round_trip_median_seconds')).toEqual({
    ...{ type: 'gauge', unit: 'seconds', help: 'round_trip_median: the median of its samples.' },
    points: [
      {
        name: 'podlag_bench_round_trip_median_seconds',
        labels: { ...cell, condition: 'none', metric: 'round_trip_median' },
        value: 201.5e-6,
      },
    ],
  });
  expect(families.get('podlag_bench_transactions_per_second')?.points[0]?.value).toBe(4900);
  expect(families.get('podlag_bench_round_trip_median_low_seconds')?.points[0]?.value).toBeCloseTo(200e-6, 6);
  expect(families.get('podlag_bench_run')?.points).toEqual([
    {
      name: 'podlag_bench_run_info',
      labels: { run: run.manifest.run, phase: 'finished', seed: '7' },
      value: 1,
    },
  ]);
  expect(families.get('podlag_bench_run_end_timestamp_seconds')?.points[0]?.value).toBe(1767326400);
});

test('single measurements are a summary with quantiles, once for each cell that has them', () => {
  const family = readOpenMetrics(openMetricsOf(run)).get('podlag_bench_single_seconds');
  expect(family?.points.map(({ labels }) => [labels.condition, labels.quantile])).toEqual([
    ['none', '0.5'],
    ['none', '0.9'],
    ['none', '0.99'],
    ['none', '0.999'],
  ]);
  expect(family?.points[2]?.value).toBeCloseTo(99e-6, 6);
});

test('quantiles are there also where the time is not the first of the metrics', () => {
  const uses = manifestWith().uses.map((use) => ({ ...use, metrics: use.metrics.toReversed() }));
  const { manifest, samples } = run;
  const families = readOpenMetrics(openMetricsOf({ manifest: { ...manifest, uses }, samples }));
  expect(families.get('podlag_bench_single_seconds')?.points).toHaveLength(4);
});

test('a cell that failed has its failures, and no figure', () => {
  const families = readOpenMetrics(openMetricsOf(run));
  const counts = families
    .get('podlag_bench_samples')
    ?.points.map(({ labels, value }) => [labels.condition, labels.status, value]);
  expect(counts).toEqual([
    ['none', 'ok', 4],
    ['slow', 'ok', 0],
    ['slow', 'timeout', 1],
  ]);
  const conditions = families
    .get('podlag_bench_round_trip_median_seconds')
    ?.points.map(({ labels }) => labels.condition);
  expect(conditions).toEqual(['none']);
});

test('metrics of one name in two benchmarks are one family', () => {
  const [use] = manifestWith().uses;
  const uses = [use!, { ...use!, name: 'other' }];
  const families = readOpenMetrics(openMetricsOf(runWith([{}, { use: 'other' }], { uses })));
  const uses2 = families
    .get('podlag_bench_round_trip_median_seconds')
    ?.points.map(({ labels }) => labels.use);
  expect(uses2).toEqual(['netperf-tcp-rr', 'other']);
});

test('a run of which nothing is known yet is its name and an end', () => {
  expect(
    openMetricsOf(runWith([], { phase: 'waiting' }))
      .split('\n')
      .at(-2),
  ).toBe('# EOF');
  expect([...readOpenMetrics(openMetricsOf(runWith([]))).keys()]).toEqual(['podlag_bench_run']);
});

test('whatever a label or a help holds, a reader gets it back', () => {
  const text = fc.string({
    unit: fc.oneof(fc.constantFrom('\\', '"', '\n', 'n', '{', ',', '#'), fc.constant('x')),
  });
  fc.assert(
    fc.property(text, text, fc.double({ noNaN: true, noDefaultInfinity: true }), (label, help, value) => {
      const family = {
        name: 'a',
        type: 'gauge' as const,
        help,
        points: [{ labels: { label }, value: value + 0 }],
      };
      expect(readOpenMetrics(openMetricsText([family])).get('a')).toEqual({
        ...{
          type: 'gauge',
          unit: undefined,
          help,
          points: [{ name: 'a', labels: { label }, value: value + 0 }],
        },
      });
    }),
  );
});

test.each([
  ['no end', '# TYPE a gauge\na 1\n'],
  ['a line behind the end', '# EOF\na 1\n'],
  ['a family twice', '# TYPE a gauge\na 1\n# TYPE b gauge\nb 1\n# TYPE a gauge\na{b="1"} 1\n# EOF\n'],
  ['a sample of another family', '# TYPE a gauge\nb 1\n# EOF\n'],
  ['a unit that is not in the name', '# TYPE a gauge\n# UNIT a seconds\na 1\n# EOF\n'],
  ['the same labels twice', '# TYPE a gauge\na 1\na 2\n# EOF\n'],
  ['an escape that is none', '# TYPE a gauge\na{b="\\t"} 1\n# EOF\n'],
])('the reader is strict: %s is refused', (_, text) => {
  expect(() => readOpenMetrics(text)).toThrow();
});
