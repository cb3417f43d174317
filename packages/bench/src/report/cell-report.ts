import type { CellSummary, SummarisedMetric } from '../record/cell-summary';
import { LatencyHistogram } from '../record/histogram';
import type { Run } from '../record/run';
import { sampleGroups, type SampleGroup } from '../statistics/sample-groups';
import { summarise } from '../statistics/summarise';

/** The runs of a report: one, or two that are held against each other. */
export type ReportedRuns = readonly [Run] | readonly [Run, Run];

/** The first run's letter, and the second's. */
export const letters = ['a', 'b'] as const;
export type Letter = (typeof letters)[number];

/** One place of the report, with what each run has measured there: all pairs together, the use's first metric. */
export interface CellReport extends Pick<
  SampleGroup,
  'use' | 'benchmark' | 'path' | 'placement' | 'condition'
> {
  readonly metric: SummarisedMetric;
  /** One or two; of two runs that did not both measure it, one. */
  readonly series: readonly CellSeries[];
}

/** What one run has measured in one place. */
export interface CellSeries {
  readonly letter: Letter;
  readonly run: Run;
  readonly group: SampleGroup;
  readonly summary: CellSummary;
  /** Of all single measurements; undefined where the benchmark tells none. */
  readonly latencies: LatencyHistogram | undefined;
}

/** All places that any of the runs has measured, in the first run's order. */
export function cellReports(runs: ReportedRuns): readonly CellReport[] {
  const series = runs.flatMap((run, index) => seriesOf(run, letters[index] ?? 'b'));
  return [...Map.groupBy(series, placeOf).values()].flatMap((own) => {
    const [first] = own;
    if (first === undefined) return [];
    const { use, benchmark, path, placement, condition, metric } = first.summary;
    return [{ use, benchmark, path, placement, condition, metric, series: own }];
  });
}

function seriesOf(run: Run, letter: Letter): readonly CellSeries[] {
  const summaries = new Map(
    summarise(run, { by: 'pool', metrics: 'first' }).map((summary) => [groupKey(summary), summary]),
  );
  return sampleGroups(run, 'pool').flatMap((group) => {
    const summary = summaries.get(groupKey(group));
    return summary === undefined ? [] : [{ letter, run, group, summary, latencies: latenciesOf(group) }];
  });
}

function groupKey({ use, path, placement, condition }: Omit<CellReport, 'metric' | 'series'>): string {
  return JSON.stringify([use, path, placement, condition]);
}

/** Also what is measured there: two runs' uses of one name may be of different benchmarks. */
function placeOf({ summary }: CellSeries): string {
  const { benchmark, metric } = summary;
  return JSON.stringify([groupKey(summary), benchmark, metric.name, metric.unit]);
}

function latenciesOf({ samples, metrics }: SampleGroup): LatencyHistogram | undefined {
  const merged = new LatencyHistogram();
  for (const { status, histogram } of samples) {
    if (status === 'ok' && histogram !== undefined) merged.add(LatencyHistogram.decode(histogram));
  }
  return merged.recordCount === 0 || metrics[0]?.unit !== 's' ? undefined : merged;
}
