import { Gauge, Registry } from 'prom-client';
import type { Manifest } from '../record/manifest';
import { LatencyHistogram } from '../record/histogram';
import type { Sample } from '../record/sample';
import { median } from '../statistics/median';

/** What is looked up when it is scraped. */
export interface RunMetricSources {
  readonly uses: Manifest['uses'];
  readonly counts: () => { readonly planned: number; readonly done: number; readonly failed: number };
}

interface Pool {
  readonly labels: Readonly<Record<'use' | 'path' | 'placement' | 'condition', string>>;
  /** By metric. */
  readonly values: Map<string, number[]>;
  /** Undefined until a sample has some: not every tool tells single measurements. */
  latencies: LatencyHistogram | undefined;
}

const cellLabels = ['use', 'path', 'placement', 'condition'] as const;
const quantiles = [0.5, 0.9, 0.99, 0.999] as const;

/**
 * A run as Prometheus sees it. Labels are what the scenario names: pairs are pooled, since their number grows with the
 * square of the workers'.
 */
export class RunMetrics {
  /** For /metrics, while it runs. */
  readonly live = new Registry();
  /** What is left of it when it has ended, for a PushGateway. */
  readonly outcome = new Registry();
  readonly #pools = new Map<string, Pool>();

  constructor({ uses, counts }: RunMetricSources) {
    const both = [this.live, this.outcome];
    const units = new Map(
      uses.flatMap(({ name, metrics }) => metrics.map((one) => [`${name}/${one.name}`, one.unit])),
    );
    const pools = this.#pools;
    new Gauge({
      name: 'podlag_bench_trials',
      help: 'Trials of the run by state: planned, done, failed. Those that failed are done too.',
      ...{ labelNames: ['state'], registers: both },
      collect() {
        for (const [state, count] of Object.entries(counts())) this.set({ state }, count);
      },
    });
    new Gauge({
      name: 'podlag_bench_result',
      help: 'Median of the good samples of all pairs, in the unit that its label names: s, B/s, 1/s or ratio.',
      ...{ labelNames: [...cellLabels, 'metric', 'unit'], registers: both },
      collect() {
        for (const { labels, values } of pools.values())
          for (const [metric, all] of values)
            this.set({ ...labels, metric, unit: units.get(`${labels.use}/${metric}`) ?? '' }, median(all));
      },
    });
    new Gauge({
      name: 'podlag_bench_latency_seconds',
      help: 'Quantiles of single measurements, of all pairs, where the tool tells them.',
      ...{ labelNames: [...cellLabels, 'quantile'], registers: both },
      collect() {
        for (const { labels, latencies } of pools.values())
          if (latencies !== undefined && latencies.recordCount > 0)
            for (const quantile of quantiles)
              this.set({ ...labels, quantile: String(quantile) }, latencies.quantile(quantile));
      },
    });
  }

  /** Good samples count; those of the interference check are no repeats. */
  add(sample: Sample): void {
    if (sample.status !== 'ok' || sample.purpose !== 'sample') return;
    const pool = this.#poolOf(sample);
    for (const [metric, value] of Object.entries(sample.values ?? {})) valuesOf(pool, metric).push(value);
    if (sample.histogram !== undefined) addLatencies(pool, LatencyHistogram.decode(sample.histogram));
  }

  /** When it ended, for the outcome: a PushGateway keeps what it has until it is told otherwise. */
  ended(ms: number): void {
    new Gauge({
      name: 'podlag_bench_end_time_seconds',
      help: 'When the run ended, in seconds since the epoch.',
      registers: [this.outcome],
    }).set(ms / 1_000);
  }

  #poolOf({ use, path, placement, condition }: Sample): Pool {
    const key = [use, path, placement, condition].join('/');
    const known = this.#pools.get(key);
    if (known !== undefined) return known;
    const labels = { use, path, placement, condition };
    const pool: Pool = { labels, values: new Map(), latencies: undefined };
    this.#pools.set(key, pool);
    return pool;
  }
}

/** One list for all of the run's samples, not a copy for each. */
function valuesOf({ values }: Pool, metric: string): number[] {
  const known = values.get(metric);
  if (known !== undefined) return known;
  const made: number[] = [];
  values.set(metric, made);
  return made;
}

function addLatencies(pool: Pool, latencies: LatencyHistogram): void {
  if (pool.latencies === undefined) pool.latencies = latencies;
  else pool.latencies.add(latencies);
}
