import type { Column } from '@podlag/core';
import type { CellSummary } from '../record/cell-summary';
import type { Manifest } from '../record/manifest';
import { inOrderOf } from './natural-order';
import { figure, scaleOf, type Scale } from './scale';

/** What a figure is of: the columns that say what a row is about, wherever rows are of cells. */
export interface CellKey {
  readonly use: string;
  readonly path: string;
  readonly placement: string;
  readonly condition: string;
  readonly client?: string;
  readonly server?: string;
  readonly metric: { readonly name: string };
}

export const cellColumns: readonly Column<CellKey>[] = [
  { heading: 'USE', text: ({ use }) => use },
  { heading: 'METRIC', text: ({ metric }) => metric.name },
  { heading: 'PATH', text: ({ path }) => path },
  { heading: 'PLACEMENT', text: ({ placement }) => placement },
  { heading: 'CONDITION', text: ({ condition }) => condition },
  { heading: 'CLIENT', text: ({ client = '' }) => client },
  { heading: 'SERVER', text: ({ server = '' }) => server },
];

/** Each metric by itself, so that its figures stand one below the other; uses and metrics as the manifest has them, else as before. */
export function byMetric<Row extends CellKey>(rows: readonly Row[], { uses }: Manifest): readonly Row[] {
  const order = uses.flatMap(({ name, metrics }) => metrics.map((metric) => `${name} ${metric.name}`));
  const compare = inOrderOf(order);
  return rows.toSorted((one, other) =>
    compare(`${one.use} ${one.metric.name}`, `${other.use} ${other.metric.name}`),
  );
}

/** One scale for each metric of each use, so that a figure can be held against those above and below it. */
export function scalesOf<Row extends CellKey & { readonly metric: Pick<CellSummary['metric'], 'unit'> }>(
  rows: readonly Row[],
  valuesOf: (row: Row) => readonly (number | undefined)[],
): (row: Row) => Scale {
  const nameOf = ({ use, metric }: Row): string => JSON.stringify([use, metric.name]);
  const groups = Object.groupBy(rows, nameOf);
  const scales = new Map(
    Object.entries(groups).map(([name, group = []]) => {
      const values = group.flatMap(valuesOf).filter((value) => value !== undefined);
      return [name, scaleOf(values, group[0]?.metric.unit ?? 's')];
    }),
  );
  return (row) => scales.get(nameOf(row)) ?? scaleOf([], row.metric.unit);
}

/** `201 to 207`; `-` where there is none. */
export function intervalText(
  interval: { readonly low: number; readonly high: number } | undefined,
  scale: Scale,
): string {
  return interval === undefined ? '-' : `${figure(interval.low, scale)} to ${figure(interval.high, scale)}`;
}

/** `95 % INTERVAL`, as the first that is there says. */
export function intervalHeading(intervals: readonly ({ readonly level: number } | undefined)[]): string {
  const level = intervals.find((interval) => interval !== undefined)?.level;
  return level === undefined ? 'INTERVAL' : `${Number((100 * level).toFixed(1))} % INTERVAL`;
}
