import * as z from 'zod';

/**
 * A number that a tool may have measured: finite, not negative, and exact as a double. A counter of -1 that was printed
 * as 1.8e19 is none, and neither is a NaN.
 */
export const figure = z
  .number('is no number')
  .min(0, 'is negative')
  .max(Number.MAX_SAFE_INTEGER, 'is beyond 2^53');

/** A figure without a fraction. */
export const count = figure.refine(Number.isInteger, 'is not whole');

/** A figure above zero: of nothing there is no rate and no time. */
export const someFigure = figure.refine((value) => value > 0, 'is zero');

/** A count above zero. */
export const someCount = count.refine((value) => value > 0, 'is zero');

/** A figure that is written in plain decimal digits, as `1651.60`. */
export const writtenFigure = z
  .string()
  .regex(/^[0-9]{1,17}(\.[0-9]{1,17})?$/, 'is no plain decimal number')
  .transform(Number)
  .pipe(figure);

/** A figure above zero in plain decimal digits. */
export const someWrittenFigure = writtenFigure.refine((value) => value > 0, 'is zero');
