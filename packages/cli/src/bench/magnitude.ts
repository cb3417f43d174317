import { Duration, isPodlagError, Ratio } from '@podlag/core';
import { InvalidArgumentError } from 'commander';

/** A share, a time, or both, of which the greater counts. What is not given does not count at all. */
export interface Magnitude {
  /** From 0 to 1. */
  readonly ratio?: number;
  readonly seconds?: number;
}

/** Reads an option that is `5%`, `2ms`, or given twice, both. */
export function magnitudeFlag(text: string, before: Magnitude = {}): Magnitude {
  try {
    return text.trim().endsWith('%')
      ? { ...before, ratio: Ratio.parse(text).fraction }
      : { ...before, seconds: Duration.parse(withUnit(text)).nanoseconds / 1e9 };
  } catch (error) {
    if (!isPodlagError(error)) throw error;
    throw new InvalidArgumentError('Give a share as in 5%, or a time as in 2ms; both by giving it twice.');
  }
}

/** A bare number is neither: 5 could be per cent as well as milliseconds. */
function withUnit(text: string): string {
  return /[a-z]$/.test(text) ? text : '';
}
