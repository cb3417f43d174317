import * as z from 'zod';

/** How an object does at its pods. */
export const podCounts = z.object({
  selected: z.number().describe('pods that it is for'),
  effective: z.number().describe('whose agent has read it back from its kernel'),
  pending: z.number().describe('not heard of yet'),
  failed: z.number().describe('whose agent cannot do it'),
});
