import type { Column } from '@podlag/core';
import type { CellSummary } from '../record/cell-summary';
import { goodValue } from '../statistics/sample-groups';
import { tableBlock, factoredBlocks, factoredTable } from '../views/block';
import { figure, formatValue, scaleOf } from '../views/scale';
import { blocksHtml, tableHtml } from './block-html';
import type { CellReport, CellSeries } from './cell-report';
import { distributionPlot } from './distribution-plot';
import { markup, type Markup } from './markup';
import { percentilePlot } from './percentile-plot';
import { samplesPlot } from './samples-plot';

/** Place by place: its figures, every sample, and how the single measurements are distributed. */
export function cellsSection(cells: readonly CellReport[]): Markup {
  const byUse = [...Map.groupBy(cells, ({ use }) => use)];
  return markup`<section id="samples"><h2>Every sample</h2>${cells.length === 0 ? markup`<p>Nothing has been measured.</p>` : undefined}${byUse.map(
    ([use, own]) =>
      markup`<h3>${use}${own[0]?.benchmark === use ? undefined : markup` <small>${own[0]?.benchmark}</small>`}</h3>${own.map(cellCard)}`,
  )}</section>`;
}

function cellCard(cell: CellReport): Markup {
  const { path, placement, condition, metric } = cell;
  const where = `${path}, ${placement}, ${condition === 'none' ? 'no faults' : condition}`;
  const percentiles = percentilePlot(cell);
  const plots = [
    plotFigure(
      samplesPlot(cell),
      'Each sample in order of time; in the strip with the median and its interval',
    ),
    ...(percentiles === undefined ? [] : [plotFigure(percentiles, 'Latency by percentile')]),
    ...(cell.series.length > 1 ? [plotFigure(distributionPlot(cell), 'Distribution')] : []),
  ];
  return markup`<article class="cell"><h4>${where} <small>${metric.name}, ${metric.better} is better</small></h4>${factsOf(cell)}<div class="plots">${plots}</div>${samplesTable(cell)}</article>`;
}

function plotFigure(plot: Markup, caption: string): Markup {
  return markup`<figure><figcaption>${caption}</figcaption>${plot}</figure>`;
}

const figuresOf: readonly (readonly [heading: string, of: (summary: CellSummary) => number | undefined])[] = [
  ['median', ({ median }) => median],
  ['from', ({ interval }) => interval?.low],
  ['to', ({ interval }) => interval?.high],
  ['MAD', ({ mad }) => mad],
  ['p50', ({ percentiles }) => percentiles?.p50],
  ['p90', ({ percentiles }) => percentiles?.p90],
  ['p99', ({ percentiles }) => percentiles?.p99],
  ['p99.9', ({ percentiles }) => percentiles?.p999],
];

/** What no run of the place has is left out. */
function factsOf({ series, metric, path, placement, condition }: CellReport): Markup {
  const scale = scaleOf(
    series.flatMap(({ summary }) => summary.median ?? []),
    metric.unit,
  );
  const there = figuresOf.filter(([, of]) => series.some(({ summary }) => of(summary) !== undefined));
  const columns: readonly Column<CellSeries>[] = [
    { heading: 'RUN', text: ({ letter }) => letter.toUpperCase() },
    ...there.map(([heading, of], index): Column<CellSeries> => ({
      heading: index === 0 ? `${heading}, ${scale.name}` : heading,
      align: 'right',
      text: ({ summary }) => figure(of(summary), scale),
    })),
    { heading: 'n', align: 'right', text: ({ summary }) => String(summary.n) },
    { heading: 'failed', align: 'right', text: ({ summary }) => String(summary.failed) },
  ];
  const own = series.length > 1 ? columns : columns.slice(1);
  return tableHtml(tableBlock(own, series), `Figures of ${path}, ${placement}, ${condition}`);
}

interface SampleRow {
  readonly sample: CellSeries['group']['samples'][number];
  readonly series: CellSeries;
}

function samplesTable({ series, metric }: CellReport): Markup {
  const rows = series.flatMap((one) =>
    one.group.samples.map((sample): SampleRow => ({ sample, series: one })),
  );
  const keys: readonly Column<SampleRow>[] = [
    { heading: 'RUN', text: ({ series: { letter } }) => (series.length > 1 ? letter.toUpperCase() : '') },
    { heading: 'CLIENT', text: ({ sample }) => sample.client },
    { heading: 'SERVER', text: ({ sample }) => sample.server },
  ];
  const figures: readonly Column<SampleRow>[] = [
    { heading: 'SAMPLE', align: 'right', text: ({ sample }) => String(sample.seq) },
    { heading: 'BEGUN AT, s', align: 'right', text: begunAt },
    {
      heading: metric.name,
      align: 'right',
      text: ({ sample }) => formatValue(goodValue(sample, metric.name), metric.unit),
    },
    { heading: 'STATUS', text: ({ sample }) => sample.status },
  ];
  return markup`<details><summary>The ${rows.length} samples as a table</summary>${blocksHtml(factoredBlocks(factoredTable(keys, figures, rows)), 'Samples')}</details>`;
}

function begunAt({ sample, series }: SampleRow): string {
  const begin = Date.parse(series.run.manifest.startedAt);
  return ((Date.parse(sample.startedAt) - begin) / 1000).toFixed(1);
}
