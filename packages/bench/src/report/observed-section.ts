import type { Column } from '@podlag/core';
import type { Observed, ObservedRow, RequestCost } from '../observed/observation';
import { factoredBlocks, factoredTable } from '../views/block';
import { formatValue } from '../views/scale';
import { cellColumns } from '../views/summary-columns';
import { extentOf, linearAxis, type Axis } from './axis';
import { badge, toneOf } from './badge';
import { blocksHtml } from './block-html';
import { px } from './drawing';
import { markup, type Markup } from './markup';
import { band, trackHeight, trackNames, tracks, trackSide, whisker, type Track } from './track';

/** What was asked for beside what was measured, and what a request pays for it. Undefined for a run without conditions. */
export function observedSection(all: readonly Observed[]): Markup | undefined {
  const there = all.filter(({ rows }) => rows.length > 0);
  if (there.length === 0) return undefined;
  return markup`<section id="observed"><h2>Configured and observed</h2>${there.map(observedOf)}</section>`;
}

function observedOf({ run, rows, requestCost }: Observed): Markup {
  const table = factoredBlocks(factoredTable(cellColumns, observedColumns, rows));
  return markup`<h3>${run}</h3><p class="note">What each condition has added, of what it was asked to add; the band is the tolerance.</p>${addedTracks(rows)}${blocksHtml(table, `Configured and observed, ${run}`)}${requestCost.map(costOf)}`;
}

const observedColumns: readonly Column<ObservedRow>[] = [
  { heading: 'ROUND TRIPS', align: 'right', text: ({ roundTrips }) => String(roundTrips) },
  { heading: 'ASKED', align: 'right', text: ({ expected }) => formatValue(expected, 's') },
  { heading: 'OBSERVED', align: 'right', text: ({ added }) => formatValue(added, 's') },
  { heading: 'INTERVAL', text: ({ interval }) => intervalWords(interval) },
  { heading: 'N', align: 'right', text: ({ n }) => String(n) },
  { heading: 'VERDICT', text: ({ verdict }) => verdict },
  { heading: 'WHY', text: ({ why }) => why },
];

function intervalWords(interval: ObservedRow['interval']): string {
  return interval === undefined
    ? '-'
    : `${formatValue(interval.low, 's')} to ${formatValue(interval.high, 's')}`;
}

/** One whose figures can be held against what was asked. */
interface AskedRow extends ObservedRow {
  readonly expected: number;
  readonly added: number;
}

function addedTracks(rows: readonly ObservedRow[]): Markup | undefined {
  const known = rows.filter((row): row is AskedRow => (row.expected ?? 0) > 0 && row.added !== undefined);
  if (known.length === 0) return undefined;
  const ends = known.flatMap(({ expected, added, interval, tolerance = 0 }) =>
    [added, interval?.low ?? added, interval?.high ?? added, expected + tolerance, expected - tolerance].map(
      (value) => value / expected,
    ),
  );
  const { low, high } = extentOf([0.92, 1.08, ...ends]);
  const names = trackNames(known);
  const axis = linearAxis({ low, high }, { name: '%', perUnit: 100 }, trackSide);
  return tracks(
    known.map((row, index) => ({ name: names[index] ?? '', ...addedTrack(row, axis) })),
    axis,
    'observed, % of what was asked',
  );
}

function addedTrack(row: AskedRow, axis: Axis): Omit<Track, 'name'> {
  const { expected, added, interval, tolerance = 0, verdict } = row;
  const [low, high] = [interval?.low ?? added, interval?.high ?? added].map((value) =>
    axis.at(value / expected),
  );
  return {
    marks: [
      band(axis.at(1 - tolerance / expected), axis.at(1 + tolerance / expected)),
      markup`<path class="asked" d="M${px(axis.at(1))} 0v${trackHeight}"/>`,
      whisker({ low: low ?? 0, high: high ?? 0 }, axis.at(added / expected), toneOf(verdict)),
    ],
    figures: ` ${formatValue(added, 's')} of ${formatValue(expected, 's')}`,
    badge: badge(verdict),
  };
}

/** One box a round trip, so that it can be counted why a request takes so long. */
function costOf({ condition, roundTrip, from, lines }: RequestCost): Markup {
  const most = Math.max(...lines.flatMap(({ seconds, measured }) => [seconds, measured ?? 0]));
  const axis = linearAxis({ low: 0, high: most * 1.05 || 1 }, { name: 'ms', perUnit: 1000 }, trackSide);
  const rows = lines.map(({ what, roundTrips, seconds, measured }): Track => {
    const said = measured === undefined ? '' : `, observed ${formatValue(measured, 's')}`;
    return {
      name: what,
      marks: [
        boxes(roundTrips, roundTrip, axis),
        measured === undefined ? undefined : observedMark(axis.at(measured)),
      ],
      figures: `${roundTrips} ${roundTrips === 1 ? 'round trip' : 'round trips'}: ${formatValue(seconds, 's')}${said}`,
    };
  });
  const title = `What ${condition} adds to a request`;
  return markup`<h4>${title}</h4><p class="note">Each box is a round trip of ${formatValue(roundTrip, 's')}, as ${from}; a diamond is what was observed.</p>${tracks(rows, axis, 'ms')}`;
}

function boxes(count: number, each: number, axis: Axis): readonly Markup[] {
  return Array.from({ length: count }, (_, index) => {
    const [from, to] = [axis.at(index * each), axis.at((index + 1) * each)];
    return markup`<rect class="trip" x="${px(from + 1)}" y="5" width="${px(Math.max(to - from - 2, 1))}" height="12" rx="2"/>`;
  });
}

function observedMark(at: number): Markup {
  return markup`<path class="seen" d="M${px(at)} 4l7 7l-7 7l-7 -7z"/>`;
}
