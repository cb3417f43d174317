import { Duration, parsed } from '@podlag/core';
import type * as z from 'zod';

/** A duration from `least` to `most`, both included. */
export function durationWithin(least: string, most: string): z.ZodType<Duration> {
  const from = Duration.parse(least).nanoseconds;
  const to = Duration.parse(most).nanoseconds;
  return parsed((value, field) => Duration.parse(value, field)).refine(
    ({ nanoseconds }) => nanoseconds >= from && nanoseconds <= to,
    `must be ${least} to ${most}`,
  );
}
