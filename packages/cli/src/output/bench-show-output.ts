import * as z from 'zod';
import { benchInterval, benchMetric, benchPlace } from './bench-figures';

const summary = z.object({
  ...benchPlace,
  client: z.string().optional().describe('worker; absent where pairs are pooled'),
  server: z.string().optional().describe('worker; absent where pairs are pooled'),
  metric: benchMetric,
  n: z.number().describe('samples that are ok: all figures are of them'),
  failed: z.number(),
  failures: z.record(z.string(), z.number()).describe('by status: timeout, parse_error, tool_error, invalid'),
  median: z.number().optional().describe('absent, as all that follow, where no sample is ok'),
  mad: z.number().optional().describe('median absolute deviation'),
  mean: z.number().optional(),
  interval: benchInterval.optional().describe('of the median; absent for fewer than 4 samples'),
  percentiles: z
    .object({ p50: z.number(), p90: z.number(), p99: z.number(), p999: z.number() })
    .optional()
    .describe('of all single measurements, seconds; absent where the benchmark does not tell them'),
});

/** -o json of bench show. */
export const benchShowOutput = z.object({
  run: z.string(),
  phase: z.enum(['waiting', 'running', 'finished', 'aborted', 'failed']),
  startedAt: z.string(),
  endedAt: z.string().optional(),
  problem: z
    .object({ code: z.string(), detail: z.string(), hint: z.string() })
    .optional()
    .describe('why it ended before its end'),
  seed: z.number(),
  scenario: z.unknown().describe('with every default written out'),
  planned: z.number().describe('samples'),
  samples: z.number(),
  failed: z.number(),
  leftOut: z.array(z.string()).describe('what the scenario asks for and could not be measured'),
  summaries: z.array(summary),
});
