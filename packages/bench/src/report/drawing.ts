import type { Axis } from './axis';
import { markup, type Content, type Markup } from './markup';

/** The field of a drawing inside its axes, in the drawing's units, which are about pixels. */
export interface Field {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export interface Drawing {
  readonly width: number;
  readonly height: number;
  /** What it shows, for those who cannot see it. */
  readonly label: string;
  readonly name: string;
}

/** A drawing as SVG: scales with the page, prints sharp, and needs no script. */
export function drawing({ width, height, label, name }: Drawing, content: Content): Markup {
  return markup`<svg class="plot ${name}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${label}">${content}</svg>`;
}

/** Lines across the field at each tick, their figures to the left, the unit above them. */
export function verticalAxis(axis: Axis, { left, right, top }: Field): Markup {
  const lines = axis.ticks.map(({ at }) => `M${px(left)} ${px(at)}H${px(right)}`).join('');
  const figures = axis.ticks.map(
    ({ at, label }) => markup`<text x="${px(left - 6)}" y="${px(at + 4)}" class="e">${label}</text>`,
  );
  return markup`<path class="grid" d="${lines}"/>${figures}<text x="${px(left - 6)}" y="${px(top - 9)}" class="e u">${axis.unit}</text>`;
}

/** Lines up the field at each tick, their figures below, and what they are of at the end. */
export function horizontalAxis(
  axis: Pick<Axis, 'ticks'>,
  { left, right, top, bottom }: Field,
  title: string,
): Markup {
  const lines = axis.ticks.map(({ at }) => `M${px(at)} ${px(top)}V${px(bottom)}`).join('');
  const figures = axis.ticks.map(
    ({ at, label }) => markup`<text x="${px(at)}" y="${px(bottom + 15)}" class="m">${label}</text>`,
  );
  return markup`<path class="grid" d="${lines}"/>${figures}<text x="${px((left + right) / 2)}" y="${px(bottom + 31)}" class="m u">${title}</text>`;
}

/** A line through these places. */
export function line(places: readonly (readonly [number, number])[], name: string): Markup {
  return markup`<path class="${name}" d="M${places.map(([x, y]) => `${px(x)} ${px(y)}`).join('L')}"/>`;
}

/** To a tenth, which is finer than a screen shows. */
export function px(value: number): string {
  return String(Math.round(value * 10) / 10);
}
