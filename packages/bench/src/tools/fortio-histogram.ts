import * as z from 'zod';
import { LatencyHistogram } from '../record/histogram';
import { mustAgree, mustAscend } from './agreement';
import { figure, someCount, someFigure } from './figure';
import { unreadable } from './unreadable';

/** The name by which errors speak of it. */
export const tool = 'fortio';

/** Which percentiles fortio is asked for, in its own order. */
export const percentiles = [50, 90, 99, 99.9] as const;

/**
 * Seconds of fortio's finest bucket. Its list of buckets is fixed: ten of this width, up to the thousandfold of it 5 to
 * 20 % wide, and beyond that twice and more. So, percentiles are fine from 250 us to 25 ms, and the mean everywhere.
 */
export const resolution = 0.000025;

/** Printed from doubles, and added up in another order. */
const rounding = 1e-6;

/** What fortio says of how long requests took; seconds. */
export const histogramSchema = z.object({
  Count: someCount,
  Min: someFigure,
  Max: someFigure,
  Sum: someFigure,
  Avg: someFigure,
  Data: z.array(z.object({ Start: figure, End: figure, Percent: figure, Count: someCount })).min(1),
  Percentiles: z.array(z.object({ Percentile: figure, Value: someFigure })),
});
/** What fortio says of how long requests took; seconds. */
export type FortioHistogram = z.output<typeof histogramSchema>;
type Bucket = FortioHistogram['Data'][number];

/** A bucket's requests are spread evenly over it, as fortio does for its percentiles: on so many points at most. */
const pointsOfBucket = 32;

/** @throws PodlagError `unreadable-output` when the buckets, the sums and the percentiles do not belong to each other */
export function mustBeWhole(histogram: FortioHistogram): void {
  const { Count, Min, Max, Sum, Avg, Data } = histogram;
  const of = (field: string): string => `DurationHistogram.${field}`;
  mustAgree(tool, [
    { field: of('Count'), is: Count, shouldBe: sum(Data.map((bucket) => bucket.Count)) },
    { field: of('Avg'), is: Avg, shouldBe: Sum / Count, tolerance: rounding },
    { field: of('Data.0.Start'), is: Data[0]?.Start ?? NaN, shouldBe: Min, tolerance: rounding },
    { field: of('Data.End'), is: Data.at(-1)?.End ?? NaN, shouldBe: Max, tolerance: rounding },
    ...shares(Data, Count).map(({ is, shouldBe }, index) => ({
      ...{ field: of(`Data.${index}.Percent`), is, shouldBe, tolerance: rounding },
    })),
  ]);
  mustAscend(tool, { [of('Min')]: Min, [of('Avg')]: Avg, [of('Max')]: Max });
  mustAscend(tool, edges(Data, of));
}

/** All starts and ends, in their order: a bucket ends before the next one starts, or there. */
function edges(data: readonly Bucket[], of: (field: string) => string): Record<string, number> {
  return Object.fromEntries(
    data.flatMap(({ Start, End }, index) => [
      [of(`Data.${index}.Start`), Start],
      [of(`Data.${index}.End`), End],
    ]),
  );
}

function shares(data: readonly Bucket[], count: number) {
  let seen = 0;
  return data.map((bucket) => {
    seen += bucket.Count;
    return { is: bucket.Percent, shouldBe: (100 * seen) / count };
  });
}

/**
 * One of the percentiles that fortio was asked for, in seconds.
 *
 * @throws PodlagError `unreadable-output` when it is not there, or the buckets say another one
 */
export function percentileOf(histogram: FortioHistogram, percentile: number): number {
  const field = `DurationHistogram.Percentiles.${percentile}`;
  const value = histogram.Percentiles.find((other) => other.Percentile === percentile)?.Value;
  if (value === undefined) throw unreadable(tool, field, 'is not there');
  mustAgree(tool, [{ field, is: value, shouldBe: interpolated(histogram, percentile), tolerance: rounding }]);
  return value;
}

/** As fortio does: linear in the bucket, and the first request at the very minimum. */
function interpolated({ Count, Min, Max, Data }: FortioHistogram, percentile: number): number {
  let before = 100 / Count;
  if (percentile <= before) return Min;
  for (const { Start, End, Percent } of Data) {
    if (percentile <= Percent) return Start + ((percentile - before) / (Percent - before)) * (End - Start);
    before = Percent;
  }
  return Max;
}

/** The same as a histogram that can be added to others. */
export function latenciesOf({ Data }: FortioHistogram): LatencyHistogram {
  const histogram = new LatencyHistogram();
  for (const { Start, End, Count } of Data) {
    const points = Math.min(Count, pointsOfBucket);
    for (let point = 0; point < points; point++) {
      const here = Math.floor((Count * (point + 1)) / points) - Math.floor((Count * point) / points);
      histogram.record(Start + ((point + 0.5) / points) * (End - Start), here);
    }
  }
  return histogram;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
