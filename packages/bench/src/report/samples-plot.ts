import { goodValue } from '../statistics/sample-groups';
import { formatValue } from '../views/scale';
import { elapsedAxis, valueAxis, type Axis } from './axis';
import type { CellReport, CellSeries } from './cell-report';
import { drawing, horizontalAxis, px, verticalAxis, type Field } from './drawing';
import { markup, type Markup } from './markup';

const [width, height] = [430, 226];
const field = { left: 54, right: 422, top: 24, bottom: 190 };
const stripWidth = 40;
const gap = 10;

/** A sample as it stands in the plot. */
interface Mark {
  /** Seconds since its run began. */
  readonly elapsed: number;
  /** Undefined where it failed. */
  readonly value: number | undefined;
  readonly title: string;
}

/**
 * Every sample of a place: to the left in order of time, so that drift shows; to the right all in one strip, with the median
 * and its interval. Those that failed stand as crosses below, since they have no figure.
 */
export function samplesPlot(cell: CellReport): Markup {
  const marks = cell.series.map((series) => marksOf(series, cell));
  const values = marks.flat().flatMap(({ value }) => value ?? []);
  const intervals = cell.series.flatMap(({ summary: { interval } }) =>
    interval === undefined ? [] : [interval.low, interval.high],
  );
  const vertical = valueAxis([...values, ...intervals], cell.metric.unit, {
    from: field.bottom - failureLane(cell),
    to: field.top,
  });
  const times = { ...field, right: field.right - cell.series.length * (stripWidth + gap) };
  const longest = Math.max(...marks.flat().map(({ elapsed }) => elapsed));
  const elapsed = elapsedAxis(longest * 1.02, { from: times.left + 8, to: times.right - 4 });
  return drawing({ width, height, name: 'samples', label: labelOf(cell) }, [
    verticalAxis(vertical, field),
    horizontalAxis(elapsed, { ...times, top: field.bottom }, `since the run began, ${elapsed.unit}`),
    cell.series.map((series, index) => [
      (marks[index] ?? []).map((mark) => pointOf(mark, series, elapsed, vertical)),
      stripOf(
        series,
        marks[index] ?? [],
        { ...stripField(times, index), name: cell.series.length > 1 ? series.letter.toUpperCase() : 'all' },
        vertical,
      ),
    ]),
  ]);
}

/** Below all figures, so that a cross is not taken for one. */
function failureLane({ series }: CellReport): number {
  return series.some(({ summary }) => summary.failed > 0) ? 14 : 0;
}

function marksOf({ group, run }: CellSeries, { metric }: CellReport): readonly Mark[] {
  const begin = Date.parse(run.manifest.startedAt);
  return group.samples.map((sample) => {
    const value = goodValue(sample, metric.name);
    const said = value === undefined ? sample.status : formatValue(value, metric.unit);
    return {
      elapsed: Math.max(0, (Date.parse(sample.startedAt) - begin) / 1000),
      value,
      title: `${said}, #${sample.seq}, ${sample.client} to ${sample.server}`,
    };
  });
}

function pointOf({ elapsed, value, title }: Mark, { letter }: CellSeries, x: Axis, y: Axis): Markup {
  const at = px(x.at(elapsed));
  if (value === undefined)
    return markup`<path class="fail ${letter}" d="M${at} ${px(field.bottom - 5)}m-3.5 -3.5l7 7m0 -7l-7 7"><title>${title}</title></path>`;
  const level = px(y.at(value));
  return letter === 'a'
    ? markup`<circle class="dot a" cx="${at}" cy="${level}" r="3.2"><title>${title}</title></circle>`
    : markup`<path class="dot b" d="M${at} ${level}m0 -4.2l4.2 4.2l-4.2 4.2l-4.2 -4.2z"><title>${title}</title></path>`;
}

function stripField({ right }: Field, index: number): Field {
  const left = right + gap + index * (stripWidth + gap);
  return { ...field, left, right: left + stripWidth };
}

/** Steps of the golden ratio never come close to each other: samples side by side, the same in each report. */
const goldenStep = (Math.sqrt(5) - 1) / 2;

function stripOf(
  { letter, summary: { median, interval } }: CellSeries,
  marks: readonly Mark[],
  strip: Field & { readonly name: string },
  y: Axis,
): Markup {
  const { left, right, top, bottom, name } = strip;
  const middle = (left + right) / 2;
  const dots = marks.flatMap(({ value }, index) => {
    if (value === undefined) return [];
    const x = left + 4 + ((index * goldenStep) % 1) * (right - left - 8);
    return [`M${px(x)} ${px(y.at(value))}h0`];
  });
  const whisker =
    interval === undefined
      ? undefined
      : markup`<path class="whisker" d="M${px(middle - 6)} ${px(y.at(interval.low))}h12m-6 0V${px(y.at(interval.high))}m-6 0h12"/>`;
  const line =
    median === undefined
      ? undefined
      : markup`<path class="median" d="M${px(left)} ${px(y.at(median))}H${px(right)}"/>`;
  return markup`<g class="${letter}"><rect class="strip" x="${px(left)}" y="${px(top)}" width="${px(right - left)}" height="${px(bottom - top)}"/><path class="dots ${letter}" d="${dots.join('')}"/>${whisker}${line}<text class="m" x="${px(middle)}" y="${px(bottom + 15)}">${name}</text></g>`;
}

function labelOf({ metric, series }: CellReport): string {
  const told = series.map(({ letter, summary: { n, failed, median, interval } }) => {
    const where =
      interval === undefined ? '' : `, its interval from ${formatValue(interval.low, metric.unit)}`;
    const to = interval === undefined ? '' : ` to ${formatValue(interval.high, metric.unit)}`;
    const who = series.length > 1 ? `${letter.toUpperCase()}: ` : '';
    return `${who}${n} samples and ${failed} failed, median ${formatValue(median, metric.unit)}${where}${to}`;
  });
  return `${metric.name} of each sample in order of time. ${told.join('. ')}`;
}
