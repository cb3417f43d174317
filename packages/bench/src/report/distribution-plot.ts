import { goodValue } from '../statistics/sample-groups';
import { formatValue } from '../views/scale';
import { linearAxis, valueAxis } from './axis';
import type { CellReport, CellSeries } from './cell-report';
import { drawing, horizontalAxis, line, verticalAxis } from './drawing';
import type { Markup } from './markup';

const [width, height] = [400, 226];
const field = { left: 54, right: 380, top: 24, bottom: 190 };
const steps = 100;

/**
 * Which share took so long, or got so much, and less: of all single measurements, or, where not every run tells those, of the
 * samples. B's curve right of A's says that all of it lies higher, and not the middle alone.
 */
export function distributionPlot(cell: CellReport): Markup {
  const single = cell.series.every(({ latencies }) => latencies !== undefined);
  const curves = cell.series.map((series) => ({
    letter: series.letter,
    places: single ? ofMeasurements(series) : ofSamples(series, cell.metric.name),
  }));
  const values = curves.flatMap(({ places }) => places.map(([value]) => value));
  const unit = single ? 's' : cell.metric.unit;
  const across = valueAxis(values, unit, { from: field.left, to: field.right });
  const up = linearAxis(
    { low: 0, high: 1 },
    { name: '%', perUnit: 100 },
    { from: field.bottom, to: field.top },
  );
  const of = single ? 'single measurements' : `samples of ${cell.metric.name}`;
  return drawing(
    { width, height, name: 'distribution', label: `Share of ${of} up to each value. ${mediansOf(cell)}` },
    [
      verticalAxis(up, field),
      horizontalAxis(across, field, `of all ${of}, ${across.unit}`),
      curves.map(({ letter, places }) =>
        places.length === 0
          ? undefined
          : line(
              places.map(([value, share]) => [across.at(value), up.at(share)] as const),
              `curve ${letter}`,
            ),
      ),
    ],
  );
}

type Place = readonly [value: number, share: number];

/** To 99.5 %: one straggler in a million would push all the rest to the edge, and the percentiles show it. */
function ofMeasurements({ latencies }: CellSeries): readonly Place[] {
  if (latencies === undefined) return [];
  return Array.from({ length: steps }, (_, index) => {
    const share = (index + 0.5) / steps;
    return [latencies.quantile(share), share] as const;
  });
}

/** In stairs: between two samples nothing is known. */
function ofSamples({ group }: CellSeries, metric: string): readonly Place[] {
  const values = group.samples.flatMap((sample) => goodValue(sample, metric) ?? []).sort((a, b) => a - b);
  return values.flatMap((value, index): Place[] => [
    [value, index / values.length],
    [value, (index + 1) / values.length],
  ]);
}

function mediansOf({ series, metric }: CellReport): string {
  return series
    .map(
      ({ letter, summary }) => `${letter.toUpperCase()}: median ${formatValue(summary.median, metric.unit)}`,
    )
    .join(', ');
}
