import type { Column } from '@podlag/core';
import type { Comparison, ComparisonRow, Difference, Verdict } from '../compare/comparison';
import { minimumRatio } from '../compare/minimum-effect';
import { factoredBlocks, factoredTable, tableBlock, type Block } from './block';
import { figure } from './scale';
import { cellColumns, intervalHeading, intervalText, scalesOf } from './summary-columns';

/** How much of a comparison is shown. */
export interface ComparisonViewOptions {
  /** Also what the verdict rests on. Default false. */
  readonly wide?: boolean;
}

/** A comparison for people: what differs around the two first, then row by row, then the verdict. */
export function comparisonBlocks(
  comparison: Comparison,
  { wide = false }: ComparisonViewOptions = {},
): readonly Block[] {
  const { a, b, rows, verdict, why } = comparison;
  const reasons = rows.filter(needsReason).map((row) => `${rowName(row)}: ${row.verdict}: ${row.why}`);
  return [
    { kind: 'title', text: `A: ${a}, B: ${b}` },
    ...differenceBlocks(comparison.differences),
    ...factoredBlocks(tableOf(rows, wide)),
    ...(reasons.length === 0 ? [] : [{ kind: 'list', items: reasons } as const]),
    { kind: 'paragraph', text: `${verdictWords[verdict]}: ${why}` },
  ];
}

/** Also `same`, where a share that would count elsewhere does not here: 0.05 ms more can be four times as long. */
function needsReason({ verdict, shiftRatio = 0 }: ComparisonRow): boolean {
  return verdict !== 'same' || Math.abs(shiftRatio) > minimumRatio;
}

/** The verdict as a sentence without its full stop. */
export const verdictWords: Readonly<Record<Verdict, string>> = {
  better: 'B is better than A',
  worse: 'B is worse than A',
  same: 'B is the same as A',
  inconclusive: 'These samples do not show whether B differs from A',
};

/** What a row is about, in words. */
export function rowName(row: Omit<ComparisonRow, 'benchmark'>): string {
  const { use, metric, path, placement, condition, client, server } = row;
  const pair = client === undefined || server === undefined ? '' : `, ${client} -> ${server}`;
  return `${use} ${metric.name}, ${path}, ${placement}, ${condition}${pair}`;
}

function differenceBlocks(differences: readonly Difference[]): readonly Block[] {
  if (differences.length === 0)
    return [{ kind: 'paragraph', text: 'Nothing that is recorded differs around the two.' }];
  const columns: readonly Column<Difference>[] = [
    { heading: 'DIFFERS', text: ({ what }) => what },
    { heading: 'A', text: ({ a }) => a },
    { heading: 'B', text: ({ b }) => b },
  ];
  return [
    { kind: 'paragraph', text: 'These differ around the two, and may be the reason for what follows:' },
    tableBlock(columns, differences),
  ];
}

function tableOf(rows: readonly ComparisonRow[], wide: boolean): ReturnType<typeof factoredTable> {
  const scale = scalesOf(rows, ({ a, b }) => [a.median, b.median]);
  const number = (
    heading: string,
    valueOf: (row: ComparisonRow) => number | undefined,
  ): Column<ComparisonRow> => ({
    ...{ heading, align: 'right' },
    text: (row) => figure(valueOf(row), scale(row)),
  });
  const figures: readonly Column<ComparisonRow>[] = [
    number('A', ({ a }) => a.median),
    number('B', ({ b }) => b.median),
    number('SHIFT', ({ shift }) => shift),
    { heading: 'SHIFT %', align: 'right', text: ({ shiftRatio }) => percentText(shiftRatio) },
    {
      heading: intervalHeading(rows.map(({ interval }) => interval)),
      text: (row) => intervalText(row.interval, scale(row)),
    },
    ...(wide ? [number('LEAST EFFECT', ({ minimumEffect }) => minimumEffect), ...testColumns] : []),
    { heading: 'P', align: 'right', text: ({ adjustedP }) => chanceText(adjustedP) },
    { heading: 'N', align: 'right', text: ({ a, b }) => `${a.n} | ${b.n}` },
    { heading: 'FAILED', align: 'right', text: ({ a, b }) => `${a.failed} | ${b.failed}` },
    ...(rows.some(({ a, b }) => a.invalid + b.invalid > 0) ? [invalid] : []),
    { heading: 'VERDICT', text: ({ verdict }) => verdict },
  ];
  const unit: Column<ComparisonRow> = { heading: 'UNIT', text: (row) => scale(row).name };
  return factoredTable([...cellColumns, ...(wide ? [better] : []), unit], figures, rows);
}

const better: Column<ComparisonRow> = { heading: 'BETTER', text: ({ metric }) => metric.better };

const invalid: Column<ComparisonRow> = {
  heading: 'INVALID',
  align: 'right',
  text: ({ a, b }) => `${a.invalid} | ${b.invalid}`,
};

const testColumns: readonly Column<ComparisonRow>[] = [
  { heading: 'CLIFF', align: 'right', text: ({ cliffsDelta }) => cliffsDelta?.toFixed(2) ?? '-' },
  { heading: 'P ALONE', align: 'right', text: ({ p }) => chanceText(p) },
  {
    heading: 'TEST',
    text: ({ exact }) => (exact === undefined ? '-' : exact ? 'exact' : 'by the normal distribution'),
  },
];

function percentText(ratio: number | undefined): string {
  if (ratio === undefined) return '-';
  return `${ratio > 0 ? '+' : ''}${figure(ratio, { name: '%', perUnit: 100 })}`;
}

const leastChance = 0.0001;

function chanceText(p: number | undefined): string {
  if (p === undefined) return '-';
  return p < leastChance ? `<${leastChance}` : String(Number(p.toPrecision(2)));
}
