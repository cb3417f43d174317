import type { MatrixCell, MatrixOutput } from '../output/matrix-output';

/** How a heat map is drawn. */
export interface HeatMapStyle {
  /** Whether the warmth is shown as a background colour (xterm's 256 colours). */
  readonly colours: boolean;
}

/** From cool to hot: green, yellow, orange, red; black letters are read on each. */
const colours = [151, 193, 228, 222, 216, 210] as const;

/**
 * A table of regions, from each row to each column: the round trip that is asked for, and behind a bar the one that was
 * measured before anything was added. Milliseconds. What is not asked for is a dot.
 */
export function heatMap({ regions, cells }: MatrixOutput, style: HeatMapStyle): string {
  const hottest = Math.max(...cells.map(({ rttMs = 0 }) => rttMs), 0);
  const lookUp = new Map(cells.map((cell) => [`${cell.from} ${cell.to}`, cell]));
  const rows = regions.map((from) => regions.map((to) => lookUp.get(`${from} ${to}`)));
  const width = Math.max(
    ...regions.map(({ length }) => length),
    ...rows.flat().map((cell) => cellText(cell).length),
  );
  const names = Math.max('RTT ms'.length, ...regions.map(({ length }) => length));
  const heading = [`RTT ms`.padEnd(names), ...regions.map((region) => region.padStart(width))];
  const lines = rows.map((row, index) =>
    [
      (regions[index] ?? '').padEnd(names),
      ...row.map((cell) => painted(cellText(cell).padStart(width), cell, hottest, style)),
    ].join('  '),
  );
  return [heading.join('  '), ...lines].map((line) => `${line.trimEnd()}\n`).join('');
}

function cellText(cell: MatrixCell | undefined): string {
  if (cell?.rttMs === undefined) return '.';
  return cell.baselineMs === undefined
    ? figure(cell.rttMs)
    : `${figure(cell.rttMs)} | ${figure(cell.baselineMs)}`;
}

/** Three digits that count, and no more than a microsecond. */
function figure(ms: number): string {
  if (ms >= 100 || Number.isInteger(ms)) return ms.toFixed(0);
  return ms >= 10 ? ms.toFixed(1) : ms.toFixed(2);
}

function painted(
  text: string,
  cell: MatrixCell | undefined,
  hottest: number,
  { colours: isColoured }: HeatMapStyle,
): string {
  if (!isColoured || cell?.rttMs === undefined || hottest === 0) return text;
  // By the root: between 1 ms and 300 ms a straight scale would show the long links alone.
  const warmth = Math.sqrt(cell.rttMs / hottest);
  const colour = colours[Math.min(colours.length - 1, Math.floor(warmth * colours.length))] ?? 151;
  return `\u001b[30;48;5;${colour}m${text}\u001b[0m`;
}
