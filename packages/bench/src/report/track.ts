import { cellColumns, type CellKey } from '../views/summary-columns';
import type { Axis } from './axis';
import { px } from './drawing';
import { markup, type Content, type Markup } from './markup';

/** One row of a list whose middle is a drawing: all rows have one axis, so that they can be held against each other. */
export interface Track {
  readonly name: string;
  /** Drawn within `trackSide`, 0 to `trackHeight` high. */
  readonly marks: Content;
  /** The figures, in words: what the drawing shows, for those who cannot see it. */
  readonly figures: string;
  readonly badge?: Markup;
}

export const trackHeight = 22;
const trackWidth = 420;
/** From edge to edge, with room for the marks at the ends. */
export const trackSide = { from: 12, to: trackWidth - 12 };

/** @param title what the axis is of */
export function tracks(rows: readonly Track[], axis: Axis, title: string): Markup {
  const lines = axis.ticks.map(({ at }) => `M${px(at)} 0V${trackHeight}`).join('');
  const scale = axis.ticks.map(
    ({ at, label }) => markup`<text class="m" x="${px(at)}" y="12">${label}</text>`,
  );
  return markup`<ul class="tracks">${rows.map(
    ({ name, marks, figures, badge }) =>
      markup`<li><span class="name">${name}</span><svg viewBox="0 0 ${trackWidth} ${trackHeight}" aria-hidden="true"><path class="grid" d="${lines}"/>${marks}</svg><span class="figures">${badge}${figures}</span></li>`,
  )}<li aria-hidden="true"><span class="name u">${title}</span><svg viewBox="0 0 ${trackWidth} 16">${scale}</svg><span></span></li></ul>`;
}

/** What each row is about, without what all of them are about. */
export function trackNames(rows: readonly CellKey[]): readonly string[] {
  const telling = cellColumns.filter(({ text }) => new Set(rows.map(text)).size > 1);
  const shown = telling.length === 0 ? cellColumns.slice(0, 2) : telling;
  return rows.map((row) =>
    shown
      .map(({ text }) => text(row))
      .filter((text) => text !== '')
      .join(' '),
  );
}

/** An interval with its middle. */
export function whisker(
  { low, high }: { readonly low: number; readonly high: number },
  middle: number,
  name: string,
): Markup {
  const y = trackHeight / 2;
  return markup`<path class="whisker" d="M${px(low)} ${y - 4}v8m0 -4H${px(high)}m0 -4v8"/><circle class="${name}" cx="${px(middle)}" cy="${y}" r="4.5"/>`;
}

/** A band behind the marks. */
export function band(low: number, high: number): Markup {
  return markup`<rect class="band" x="${px(low)}" y="0" width="${px(Math.max(high - low, 1))}" height="${trackHeight}"/>`;
}
