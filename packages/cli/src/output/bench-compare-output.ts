import * as z from 'zod';
import { benchInterval, benchMetric, benchPlace } from './bench-figures';

const verdict = z.enum(['better', 'worse', 'same', 'inconclusive']);

const side = z.object({
  n: z.number().describe('samples that are ok'),
  failed: z.number().describe('of which nothing came'),
  invalid: z.number().describe('measured, but not to be believed: neither good nor failed'),
  median: z.number().optional().describe('absent when n is 0'),
});

const row = z.object({
  ...benchPlace,
  condition: z.string().describe('of two that are held against each other: A | B'),
  client: z.string().optional().describe('worker; absent where several pairs are together'),
  server: z.string().optional().describe('worker; absent where several pairs are together'),
  pairs: z.number().describe('of workers; 1 where client and server name it'),
  metric: benchMetric,
  a: side,
  b: side,
  shift: z
    .number()
    .optional()
    .describe(
      'by how much B lies above A (Hodges and Lehmann); absent, as all to minimumEffect, where nothing was tested',
    ),
  shiftRatio: z.number().optional().describe('of A’s median'),
  interval: benchInterval.optional().describe('of the shift'),
  p: z.number().optional().describe('Mann and Whitney, two-sided, of this row alone'),
  adjustedP: z.number().optional().describe('for all rows (Benjamini and Hochberg): what is judged by'),
  exact: z.boolean().optional().describe('whether p is'),
  cliffsDelta: z.number().optional().describe('-1: all of B below A; 1: all above'),
  minimumEffect: z.number().optional().describe('less is no difference'),
  verdict: verdict.describe('of B'),
  why: z.string(),
});

/** -o json of bench compare. */
export const benchCompareOutput = z.object({
  a: z.string(),
  b: z.string(),
  differences: z
    .array(z.object({ what: z.string(), a: z.string(), b: z.string() }))
    .describe('around the two: what may be the reason'),
  rows: z.array(row),
  tested: z.number().describe('rows for which p is adjusted'),
  verdict: verdict.describe('worse when any row is, else inconclusive when any is, else better when any is'),
  why: z.string(),
});
