import type { Unit } from '../benchmark/benchmark';
import type { CellSummary } from '../record/cell-summary';
import type { Run } from '../record/run';
import { summarise } from '../statistics/summarise';
import { metricName, openMetricsText, type MetricFamily, type MetricPoint } from './open-metrics-text';
import { byMetric } from './summary-columns';

/** Base units, in Prometheus' words. */
const units: Readonly<Record<Unit, string>> = {
  s: 'seconds',
  'B/s': 'bytes_per_second',
  '1/s': 'per_second',
  ratio: 'ratio',
};

/**
 * A run's summaries, pair by pair, as OpenMetrics 1.0 text: of each metric the median of its samples and the ends of that
 * median's interval, of all single measurements quantiles, and how many samples there are of each status. What was not
 * measured has no line.
 */
export function openMetricsOf(run: Run): string {
  const rows = byMetric(summarise(run, { by: 'pair', metrics: 'all' }), run.manifest);
  return openMetricsText([infoOf(run), ...endOf(run), ...metricFamilies(rows), ...sampleFamilies(rows)]);
}

function infoOf({ manifest }: Run): MetricFamily {
  const { run, phase, seed, kubernetes } = manifest;
  return {
    ...{ name: 'podlag_bench_run', type: 'info', help: 'The run that all of this is of.' },
    points: [
      {
        labels: { run, phase, seed: String(seed), ...(kubernetes === undefined ? {} : { kubernetes }) },
        value: 1,
      },
    ],
  };
}

function endOf({ manifest }: Run): readonly MetricFamily[] {
  if (manifest.endedAt === undefined) return [];
  const help = 'When the run ended, in seconds since 1970.';
  const value = Date.parse(manifest.endedAt) / 1000;
  return [
    {
      ...{ name: 'podlag_bench_run_end_timestamp', type: 'gauge', unit: 'seconds', help },
      points: [{ labels: {}, value }],
    },
  ];
}

/** A family holds a metric of one name and unit of all benchmarks: families must not come twice. */
function metricFamilies(rows: readonly CellSummary[]): readonly MetricFamily[] {
  const kinds = Object.groupBy(rows, ({ metric }) => `${metricName(metric.name)} ${units[metric.unit]}`);
  return Object.entries(kinds).flatMap(([kind, of = []]) => {
    const [name = '', unit = ''] = kind.split(' ');
    const gauge = (suffix: string, help: string, valueOf: (row: CellSummary) => number | undefined) => ({
      ...{ name: `podlag_bench_${name}${suffix}`, type: 'gauge' as const, unit, help },
      points: of.flatMap((row) => pointOf(row, valueOf(row))),
    });
    return [
      gauge('', `${name}: the median of its samples.`, ({ median }) => median),
      gauge('_low', `${name}: the lower end of the median's interval.`, ({ interval }) => interval?.low),
      gauge('_high', `${name}: the upper end of the median's interval.`, ({ interval }) => interval?.high),
    ];
  });
}

function pointOf(row: CellSummary, value: number | undefined): readonly MetricPoint[] {
  return value === undefined ? [] : [{ labels: { ...cellLabels(row), metric: row.metric.name }, value }];
}

/** Once for each cell: histograms and statuses are of samples, whatever metrics they have. */
function sampleFamilies(rows: readonly CellSummary[]): readonly MetricFamily[] {
  const cells = [...Map.groupBy(rows, (row) => JSON.stringify(cellLabels(row))).values()];
  return [
    {
      ...{ name: 'podlag_bench_single', type: 'summary', unit: 'seconds' },
      help: 'Single measurements of all samples together.',
      points: cells.flatMap((of) =>
        of
          .filter(({ percentiles }) => percentiles)
          .slice(0, 1)
          .flatMap(quantilePoints),
      ),
    },
    {
      ...{ name: 'podlag_bench_samples', type: 'gauge', help: 'Samples by what became of them.' },
      points: cells.flatMap((of) => of.slice(0, 1).flatMap(statusPoints)),
    },
  ];
}

function statusPoints(row: CellSummary): readonly MetricPoint[] {
  return Object.entries({ ok: row.n, ...row.failures }).map(([status, value]) => ({
    labels: { ...cellLabels(row), status },
    value,
  }));
}

function quantilePoints(row: CellSummary): readonly MetricPoint[] {
  const { percentiles } = row;
  if (percentiles === undefined) return [];
  const { p50, p90, p99, p999 } = percentiles;
  return Object.entries({ '0.5': p50, '0.9': p90, '0.99': p99, '0.999': p999 }).map(([quantile, value]) => ({
    labels: { ...cellLabels(row), quantile },
    value,
  }));
}

function cellLabels(row: CellSummary): Readonly<Record<string, string>> {
  const { use, benchmark, path, placement, condition, client = '', server = '' } = row;
  return { ...{ use, benchmark, path, placement, condition }, ...{ client, server } };
}
