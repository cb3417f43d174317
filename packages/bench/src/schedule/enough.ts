import type { EnoughWhen } from '../scenario/bench-scenario';
import { bootstrapMedian } from '../statistics/bootstrap';
import { median } from '../statistics/median';

/** Whether a cell needs no more samples, and why, for people. */
export interface EnoughSaid {
  readonly enough: boolean;
  readonly why: string;
}

/**
 * Whether these figures of one cell are as sharp as the rule wants them: half of the median's 95 % bootstrap interval is at
 * most so much of the median. Of figures that are all 0 it is.
 */
export function enough(values: readonly number[], rule: EnoughWhen, seed: number): EnoughSaid {
  const { halfWidth, atLeast } = rule;
  if (values.length < atLeast) {
    return { enough: false, why: `${values.length} of at least ${atLeast} samples` };
  }
  const { low, high } = bootstrapMedian(values, { seed });
  const half = (high - low) / 2;
  const middle = Math.abs(median(values));
  const isEnough = half <= halfWidth.fraction * middle;
  const said = middle === 0 ? 'the median is 0' : `the median is known to ${percent(half / middle)}`;
  return {
    enough: isEnough,
    why: `${said} after ${values.length} samples, ${halfWidth.toString()} is asked`,
  };
}

function percent(share: number): string {
  return `±${Number((share * 100).toPrecision(2))}%`;
}
