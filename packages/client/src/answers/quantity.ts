import { Duration, parsed } from '@podlag/core';
import type * as z from 'zod';

/** A duration as an agent prints it. */
export const duration: z.ZodType<Duration> = parsed((value, field) => Duration.parse(value, field));
