import { Duration, parsed } from '@podlag/core';
import * as z from 'zod';

/** A Duration from `least` to `most`, both within; 30 days is the most that there is. */
export function durationField(least: string, most = '720h'): z.ZodType<Duration> {
  const [from, to] = [Duration.parse(least), Duration.parse(most)];
  return parsed((value, field) => Duration.parse(value, field)).refine(
    ({ nanoseconds }) => nanoseconds >= from.nanoseconds && nanoseconds <= to.nanoseconds,
    `must be from ${least} to ${most}`,
  );
}

/** Of RFC 1123, section 2.1. */
export const dnsLabel = z
  .string()
  .regex(
    /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/,
    'must be a DNS label: lower-case letters, digits and "-", at most 63',
  );

/** The name of an object; a DNS subdomain of RFC 1123. */
export const objectName = z
  .string()
  .max(253, 'must be at most 253 characters')
  .regex(
    /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
    'must be the name of an object: lower-case letters, digits, "-" and "."',
  );
