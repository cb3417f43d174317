import { mean } from 'simple-statistics';
import type { CellSummary, Percentiles } from '../record/cell-summary';
import { LatencyHistogram } from '../record/histogram';
import type { Run } from '../record/run';
import type { Sample, SampleStatus } from '../record/sample';
import { bootstrapMedian } from './bootstrap';
import { leastSamples } from './mann-whitney';
import { median, medianAbsoluteDeviation } from './median';
import { sampleGroups, valuesOf, type SampleGroup } from './sample-groups';

export interface SummariseOptions {
  /** Each pair by itself, or the samples of all pairs together. */
  readonly by: 'pair' | 'pool';
  /** Each use's first metric, which is the one that is compared; or all. */
  readonly metrics: 'first' | 'all';
}

/**
 * What a run's samples say, cell by cell, in the order of uses, paths, placements, conditions (`none` first) and pairs. The
 * interval of the median is there from 4 samples on. Percentiles stand with a use's first metric that is a time.
 *
 * @throws PodlagError `unreadable-output` for a histogram that is not one
 */
export function summarise(run: Run, { by, metrics }: SummariseOptions): readonly CellSummary[] {
  return sampleGroups(run, by).flatMap((group) => {
    const failures = failuresOf(group.samples);
    const shown = metrics === 'first' ? group.metrics.slice(0, 1) : group.metrics;
    const ofHistograms = group.metrics.find(({ unit }) => unit === 's');
    return shown.map((metric) => {
      const values = valuesOf(group, metric.name);
      return {
        ...placeOf(group),
        metric,
        n: values.length,
        failed: group.samples.length - values.length,
        failures,
        ...figuresOf(values, run.manifest.seed),
        ...(metric === ofHistograms ? percentilesOf(group.samples) : {}),
      };
    });
  });
}

function placeOf({
  use,
  benchmark,
  path,
  placement,
  condition,
  client,
  server,
}: SampleGroup): Omit<CellSummary, 'metric' | 'n' | 'failed' | 'failures'> {
  const place = { use, benchmark, path, placement, condition };
  return client === undefined || server === undefined ? place : { ...place, client, server };
}

type Failures = Partial<Record<SampleStatus, number>>;

function failuresOf(samples: readonly Sample[]): Failures {
  const failures: Failures = {};
  for (const { status } of samples) if (status !== 'ok') failures[status] = (failures[status] ?? 0) + 1;
  return failures;
}

function figuresOf(
  values: readonly number[],
  seed: number,
): Pick<CellSummary, 'median' | 'mad' | 'mean' | 'interval'> {
  if (values.length === 0) return {};
  const figures = {
    median: median(values),
    mad: medianAbsoluteDeviation(values),
    mean: mean([...values]),
  };
  return values.length < leastSamples ? figures : { ...figures, interval: bootstrapMedian(values, { seed }) };
}

/** Percentiles of all single measurements; those of the samples cannot be averaged, their histograms can be added. */
function percentilesOf(samples: readonly Sample[]): { readonly percentiles?: Percentiles } {
  const merged = new LatencyHistogram();
  for (const { status, histogram } of samples) {
    if (status === 'ok' && histogram !== undefined) merged.add(LatencyHistogram.decode(histogram));
  }
  if (merged.recordCount === 0) return {};
  const [p50, p90, p99, p999] = [0.5, 0.9, 0.99, 0.999].map((q) => merged.quantile(q)) as [
    number,
    number,
    number,
    number,
  ];
  return { percentiles: { p50, p90, p99, p999 } };
}
