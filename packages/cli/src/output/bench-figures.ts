import * as z from 'zod';

/** What a figure of a benchmark is. */
export const benchMetric = z.object({
  name: z.string(),
  unit: z.enum(['s', 'B/s', '1/s', 'ratio']).describe('of all figures beside it'),
  better: z.enum(['lower', 'higher']),
  roundTrips: z.number().optional().describe('of the network in one such time'),
  statistic: z.enum(['median', 'mean', 'minimum', 'p99']).optional().describe('of many such times'),
});

/** Where an estimate lies. */
export const benchInterval = z.object({
  low: z.number(),
  high: z.number(),
  level: z
    .number()
    .describe('0.95: in about 95 of 100 runs it holds the true value; of a median of four samples in 87'),
});

/** What was measured where. */
export const benchPlace = {
  use: z.string().describe('name in the scenario'),
  benchmark: z.string(),
  path: z.enum(['pod', 'service', 'host-network']),
  placement: z.enum(['same-node', 'other-node', 'other-zone']),
  condition: z.string().describe('none: without faults'),
};
