import type { Column } from '@podlag/core';
import type { CellSummary } from '../record/cell-summary';
import type { Run } from '../record/run';
import { summarise, type SummariseOptions } from '../statistics/summarise';
import { factoredBlocks, factoredTable, type Block } from './block';
import { runNotes } from './run-notes';
import { figure } from './scale';
import { cellColumns, byMetric, intervalHeading, intervalText, scalesOf } from './summary-columns';

/** How much of a run is shown. */
export interface RunViewOptions {
  /** Each pair by itself, all metrics, and more figures of each. Default false. */
  readonly wide?: boolean;
  /** Each pair by itself, or all of a place together. Default: `pair` where it is wide, else `pool`. */
  readonly by?: SummariseOptions['by'];
  /** Each benchmark's first metric, or all. Default: `all` where it is wide, else `first`. */
  readonly metrics?: SummariseOptions['metrics'];
}

/** A run for people: what it was, its figures, and what has to be known besides. */
export function runBlocks(run: Run, options: RunViewOptions = {}): readonly Block[] {
  const { wide = false, by = wide ? 'pair' : 'pool', metrics = wide ? 'all' : 'first' } = options;
  const summaries = summarise(run, { by, metrics });
  const rows = byMetric(summaries, run.manifest);
  const notes = runNotes(run);
  return [
    { kind: 'title', text: titleOf(run) },
    ...factoredBlocks(tableOf(rows, wide)),
    ...(notes.length === 0 ? [] : [{ kind: 'list', items: notes } as const]),
  ];
}

function titleOf({ manifest, samples }: Run): string {
  const failed = samples.filter(({ status }) => status !== 'ok').length;
  const pairs = new Set(samples.map(({ client, server }) => `${client} -> ${server}`));
  const who = pairs.size === 1 ? [...pairs].join('') : `${pairs.size} pairs`;
  return `${manifest.run}: ${manifest.phase}, ${samples.length} of ${manifest.planned} samples, ${failed} failed, ${who}`;
}

function tableOf(rows: readonly CellSummary[], wide: boolean): ReturnType<typeof factoredTable> {
  const scale = scalesOf(rows, ({ median }) => [median]);
  const unit: Column<CellSummary> = { heading: 'UNIT', text: (row) => scale(row).name };
  const number = (
    heading: string,
    valueOf: (row: CellSummary) => number | undefined,
  ): Column<CellSummary> => ({
    ...{ heading, align: 'right' },
    text: (row) => figure(valueOf(row), scale(row)),
  });
  const percentile = (heading: string, name: keyof NonNullable<CellSummary['percentiles']>) =>
    rows.some(({ percentiles }) => percentiles !== undefined)
      ? [number(heading, ({ percentiles }) => percentiles?.[name])]
      : [];
  const figures: readonly Column<CellSummary>[] = [
    number('MEDIAN', ({ median }) => median),
    {
      heading: intervalHeading(rows.map(({ interval }) => interval)),
      text: (row) => intervalText(row.interval, scale(row)),
    },
    ...(wide ? percentile('P50', 'p50') : []),
    ...(wide ? percentile('P90', 'p90') : []),
    ...percentile('P99', 'p99'),
    ...(wide ? percentile('P99.9', 'p999') : []),
    ...(wide ? [number('MAD', ({ mad }) => mad), number('MEAN', ({ mean }) => mean)] : []),
    { heading: 'N', align: 'right', text: ({ n }) => String(n) },
    { heading: 'FAILED', align: 'right', text: ({ failed }) => String(failed) },
    ...(wide ? [{ heading: 'FAILURES', text: failuresText }] : []),
  ];
  return factoredTable([...cellColumns, ...(wide ? [better] : []), unit], figures, rows);
}

const better: Column<CellSummary> = { heading: 'BETTER', text: ({ metric }) => metric.better };

function failuresText({ failures }: CellSummary): string {
  return Object.entries(failures)
    .flatMap(([status, count]) => (count > 0 ? [`${status} ${count}`] : []))
    .join(', ');
}
