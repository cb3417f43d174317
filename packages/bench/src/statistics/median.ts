import { medianAbsoluteDeviation as absoluteDeviation, quantile as typeSeven } from 'simple-statistics';

/**
 * The value below which a share `p` of `values` lies: type 7 of Hyndman and Fan (1996), which is R's and NumPy's default. In
 * any order. NaN when there are none.
 */
export function quantile(values: readonly number[], p: number): number {
  return values.length === 0 ? NaN : typeSeven([...values], p);
}

/** The middle value, or the mean of the two middle ones. NaN when there are none. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The median of the distances from the median, in their unit: unscaled, thus 0.67 standard deviations of a normal distribution. */
export function medianAbsoluteDeviation(values: readonly number[]): number {
  return values.length === 0 ? NaN : absoluteDeviation([...values]);
}
