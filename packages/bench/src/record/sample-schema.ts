import * as z from 'zod';
import { paths, placements } from '../scenario/bench-scenario';
import { LatencyHistogram } from './histogram';
import type { Sample } from './sample';

/** UTC with milliseconds, as Date's toISOString writes it. */
export const instant = z.iso.datetime({ precision: 3 }).describe('RFC 3339, UTC, milliseconds');

/** What stands in the place of a figure that is not there. */
export const problem = z
  .strictObject({
    code: z.string().min(1).describe('stable; one of the error table’s'),
    detail: z.string().describe('what was wrong with which value'),
    hint: z.string().describe('what to do'),
  })
  .describe('why there is no figure, or none to be believed');

const values = z
  .record(z.string().min(1), z.number().nonnegative())
  .describe('by metric name, in SI units; the manifest says which');

const histogram = z
  .base64()
  .min(1)
  .superRefine((text, context) => {
    const problem = LatencyHistogram.problem(text);
    if (problem !== undefined) context.addIssue(problem);
  })
  .describe('HdrHistogram, compressed V2, base64, of nanoseconds; where the tool tells single measurements');

export const selfCheckSchema = z
  .strictObject({
    eventLoopDelay: z
      .number()
      .nonnegative()
      .describe('99th percentile of how late the worker’s event loop was, seconds'),
    throttled: z
      .int()
      .nonnegative()
      .optional()
      .describe('how often the cgroup was throttled for its CPU limit; absent where there is none to read'),
    reachedRate: z
      .number()
      .nonnegative()
      .optional()
      .describe('reached of asked events, where a rate was asked for'),
    reasons: z.array(z.string()).describe('why the sample is not to be believed; empty for a good one'),
  })
  .describe('how the measurer itself did while it measured');

const raw = z
  .strictObject({
    stdout: z.string().max(65_536).describe('at most 64 KiB'),
    stderr: z.string().max(16_384).describe('at most 16 KiB'),
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .describe('of the whole stdout, hexadecimal'),
    truncated: z.boolean().describe('whether either is cut'),
  })
  .describe('what the tool wrote');

const attempt = {
  trial: z.string().min(1).describe('unique in the run'),
  run: z.string().min(1),
  use: z.string().min(1).describe('of a benchmark, by its name in the scenario'),
  benchmark: z.string().min(1),
  path: z.enum(paths).describe('by which address the client reaches the server'),
  placement: z.enum(placements).describe('where the two stand to each other'),
  condition: z.string().min(1).describe('none: without faults'),
  client: z.string().min(1).describe('name of a worker'),
  server: z.string().min(1).describe('name of a worker'),
  purpose: z
    .enum(['sample', 'alone', 'company'])
    .describe('sample counts; alone and company are the interference check’s'),
  block: z.int().nonnegative().describe('the randomised block; each has every cell once'),
  round: z.int().nonnegative().describe('trials of one round run at once'),
  seq: z.int().nonnegative().describe('in order of their ends, from 0, without gaps'),
  startedAt: instant,
  endedAt: instant,
  timeoutSeconds: z.number().positive().optional().describe('how long the tool might take, seconds'),
  argv: z.array(z.string()).describe('what was run, the program first; empty where nothing was'),
  exitCode: z.int().optional().describe('absent where the tool did not end by itself'),
  raw,
};

const check = { selfCheck: selfCheckSchema.optional() };

const measured = z.strictObject({
  ...attempt,
  status: z.literal('ok'),
  values,
  histogram: histogram.optional(),
  ...check,
});

const notBelieved = z.strictObject({
  ...attempt,
  status: z.literal('invalid').describe('it measured, but the measurer’s own check says not to believe it'),
  problem,
  values: values.optional(),
  histogram: histogram.optional(),
  ...check,
});

const failed = z.strictObject({
  ...attempt,
  status: z
    .enum(['timeout', 'parse_error', 'tool_error'])
    .describe(
      'did not end in time; its output was not understood; could not run, ended badly or its worker was lost',
    ),
  problem,
  ...check,
});

/** One line of samples.ndjson: a failed sample has no place for a figure, and a figure is finite and not negative. */
export const sampleSchema = z
  .discriminatedUnion('status', [measured, notBelieved, failed])
  .meta({ title: 'A sample of a podlag benchmark: one line of samples.ndjson' }) satisfies z.ZodType<Sample>;
