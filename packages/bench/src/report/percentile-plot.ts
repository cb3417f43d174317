import { formatValue } from '../views/scale';
import { valueAxis, type Axis } from './axis';
import type { CellReport, CellSeries } from './cell-report';
import { drawing, horizontalAxis, line, verticalAxis } from './drawing';
import type { LatencyHistogram } from '../record/histogram';
import { markup, type Markup } from './markup';

const [width, height] = [400, 226];
const field = { left: 54, right: 374, top: 24, bottom: 190 };
const [lowest, highest] = [0.5, 0.9999];
const points = 64;

/**
 * Latency by percentile, with as much room for each further nine, as HdrHistogram plots have it: tails show. A curve ends
 * where less than one measurement lies beyond. Undefined where no benchmark of the place tells single measurements.
 */
export function percentilePlot(cell: CellReport): Markup | undefined {
  const curves = cell.series.flatMap((series) =>
    series.latencies === undefined ? [] : [curveOf(series, series.latencies)],
  );
  if (curves.length === 0) return undefined;
  const values = curves.flatMap(({ places }) => places.map(([, value]) => value));
  const vertical = valueAxis(values, 's', { from: field.bottom, to: field.top });
  const ticks = [0.5, 0.9, 0.99, 0.999, 0.9999].map((share) => ({
    at: across(share),
    label: String(Number((share * 100).toFixed(2))),
  }));
  return drawing({ width, height, name: 'percentiles', label: labelOf(cell) }, [
    verticalAxis(vertical, field),
    horizontalAxis({ ticks }, field, 'percentile of all single measurements'),
    curves.map((curve) => drawn(curve, vertical)),
  ]);
}

interface Curve {
  readonly series: CellSeries;
  /** Shares and seconds. */
  readonly places: readonly (readonly [number, number])[];
}

function curveOf(series: CellSeries, latencies: LatencyHistogram): Curve {
  const end = Math.max(lowest, Math.min(highest, 1 - 1 / latencies.recordCount));
  const [from, to] = [nines(lowest), nines(end)];
  const places = Array.from({ length: points + 1 }, (_, index) => {
    const share = 1 - 10 ** -(from + ((to - from) * index) / points);
    return [share, latencies.quantile(share)] as const;
  });
  return { series, places };
}

function drawn({ series, places }: Curve, vertical: Axis): Markup {
  const corners = places.map(([share, value]) => [across(share), vertical.at(value)] as const);
  return markup`${line(corners, `curve ${series.letter}`)}`;
}

/** 1 for 90 %, 2 for 99 %, 3 for 99.9 %. */
function nines(share: number): number {
  return -Math.log10(1 - share);
}

function across(share: number): number {
  const part = (nines(share) - nines(lowest)) / (nines(highest) - nines(lowest));
  return field.left + part * (field.right - field.left);
}

function labelOf({ series }: CellReport): string {
  const told = series.flatMap(({ letter, summary: { percentiles } }) => {
    if (percentiles === undefined) return [];
    const { p50, p90, p99, p999 } = percentiles;
    const figures = Object.entries({ '50': p50, '90': p90, '99': p99, '99.9': p999 });
    const who = series.length > 1 ? `${letter.toUpperCase()}: ` : '';
    return `${who}${figures.map(([share, value]) => `${share} %: ${formatValue(value, 's')}`).join(', ')}`;
  });
  return `Latency by percentile. ${told.join('. ')}`;
}
