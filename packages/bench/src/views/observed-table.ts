import type { Column } from '@podlag/core';
import type { Observed, ObservedRow, RequestCost, RequestCostLine } from '../observed/observation';
import { blocksText, factoredBlocks, factoredTable, tableBlock, type Block } from './block';
import { figure, formatValue, scaleOf } from './scale';
import { cellColumns, intervalHeading, intervalText } from './summary-columns';

/** What was asked for beside what was measured, for a terminal; then what a request pays for each condition. */
export function observedTable(observed: Observed): string {
  return blocksText([
    { kind: 'title', text: `${observed.run}: added by each condition, asked and observed` },
    ...rowBlocks(observed.rows),
    ...observed.requestCost.flatMap(costBlocks),
  ]);
}

function rowBlocks(rows: readonly ObservedRow[]): readonly Block[] {
  if (rows.length === 0)
    return [
      {
        kind: 'paragraph',
        text: 'There is nothing to hold against each other: the scenario has no conditions, or no benchmark that measures times, or nothing was measured under them.',
      },
    ];
  const reasons = rows
    .filter(({ verdict }) => verdict !== 'as asked')
    .map(({ verdict, why, ...row }) => `${row.use} ${row.metric.name}, ${row.condition}: ${verdict}: ${why}`);
  return [
    ...factoredBlocks(tableOf(rows)),
    ...(reasons.length === 0 ? [] : [{ kind: 'list', items: reasons } as const]),
  ];
}

/** All of it are times of delays: one unit for the whole table. */
function tableOf(rows: readonly ObservedRow[]): ReturnType<typeof factoredTable> {
  const times = rows.flatMap(({ expected, added }) => [expected, added]);
  const scale = scaleOf(
    times.filter((time) => time !== undefined),
    's',
  );
  const number = (
    heading: string,
    valueOf: (row: ObservedRow) => number | undefined,
  ): Column<ObservedRow> => ({ heading, align: 'right', text: (row) => figure(valueOf(row), scale) });
  const figures: readonly Column<ObservedRow>[] = [
    number('ASKED PER ROUND TRIP', ({ asked }) => asked),
    { heading: 'ROUND TRIPS', align: 'right', text: ({ roundTrips }) => String(roundTrips) },
    number('ASKED', ({ expected }) => expected),
    number('OBSERVED', ({ added }) => added),
    {
      heading: intervalHeading(rows.map(({ interval }) => interval)),
      text: ({ interval }) => intervalText(interval, scale),
    },
    number('TOLERANCE', ({ tolerance }) => tolerance),
    { heading: 'N', align: 'right', text: ({ n }) => String(n) },
    { heading: 'VERDICT', text: ({ verdict }) => verdict },
  ];
  return factoredTable([...cellColumns, { heading: 'UNIT', text: () => scale.name }], figures, rows);
}

function costBlocks({ condition, roundTrip, from, lines }: RequestCost): readonly Block[] {
  const times = lines.flatMap(({ seconds, measured }) => [seconds, measured]);
  const scale = scaleOf(
    times.filter((time) => time !== undefined),
    's',
  );
  const columns: readonly Column<RequestCostLine>[] = [
    { heading: 'WHAT', text: ({ what }) => what },
    { heading: 'ROUND TRIPS', align: 'right', text: ({ roundTrips }) => String(roundTrips) },
    { heading: `COSTS, ${scale.name}`, align: 'right', text: ({ seconds }) => figure(seconds, scale) },
    { heading: `OBSERVED, ${scale.name}`, align: 'right', text: ({ measured }) => figure(measured, scale) },
  ];
  const title = `What ${condition} adds to a request: ${formatValue(roundTrip, 's')} for each round trip, as ${from}`;
  return [{ kind: 'paragraph', text: title }, tableBlock(columns, lines)];
}
