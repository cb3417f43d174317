import * as z from 'zod';
import { benchInterval, benchMetric, benchPlace } from './bench-figures';

const row = z.object({
  ...benchPlace,
  client: z.string().optional().describe('worker; absent where pairs are pooled'),
  server: z.string().optional().describe('worker; absent where pairs are pooled'),
  metric: benchMetric,
  roundTrips: z.number().describe('in one such figure'),
  asked: z
    .number()
    .optional()
    .describe('of one round trip, seconds, as all times; absent where the condition has no fixed delay'),
  expected: z
    .number()
    .optional()
    .describe('asked x roundTrips; absent also where losses or jitter move such a figure besides'),
  n: z.number().describe('pairs of samples of the same block, without the condition and with it'),
  added: z.number().optional().describe('median of what the condition’s sample took longer'),
  interval: benchInterval.optional().describe('of added'),
  tolerance: z.number().optional().describe('how far added may be from expected'),
  verdict: z.enum(['as asked', 'off', 'not measured']),
  why: z.string(),
});

const cost = z.object({
  condition: z.string(),
  roundTrip: z.number().describe('what it adds to one, seconds'),
  from: z.enum(['asked', 'measured']),
  lines: z.array(
    z.object({
      what: z.string().describe('as TCP connect'),
      roundTrips: z.number(),
      seconds: z.number(),
      measured: z.number().optional().describe('where a benchmark of the run measures just this'),
    }),
  ),
});

/** -o json of bench observed. */
export const benchObservedOutput = z.object({
  run: z.string(),
  rows: z
    .array(row)
    .describe('empty for a run without conditions, or without a benchmark that measures times'),
  requestCost: z.array(cost).describe('what a request pays for each condition'),
});
