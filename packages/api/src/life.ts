import { Duration } from '@podlag/core';
import * as z from 'zod';
import { durationField } from './field-schema';

/** The lease of a fault where its object says nothing. */
export const defaultTtl = '1m';

/** Shorter, a controller that is started anew would leave a gap. */
export const leastTtl = '10s';

/** The fields of an object that is in force by itself, and for how long. */
export const lifeFields = {
  duration: durationField('1ms').optional(),
  ttl: durationField(leastTtl).default(Duration.parse(defaultTtl)),
  suspend: z.boolean().default(false),
};
