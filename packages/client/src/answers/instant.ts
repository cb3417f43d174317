import * as z from 'zod';

/** A moment in RFC 3339, in milliseconds since the epoch. */
export const instant: z.ZodType<number> = z.iso
  .datetime({ offset: true })
  .transform((text) => Date.parse(text));
