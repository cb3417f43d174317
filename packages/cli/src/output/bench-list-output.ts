import * as z from 'zod';

const problem = z.object({ code: z.string(), detail: z.string(), hint: z.string() });

const listedRun = z.object({
  run: z.string(),
  folder: z.string(),
  phase: z.enum(['waiting', 'running', 'finished', 'aborted', 'failed']),
  startedAt: z.string(),
  endedAt: z.string().optional().describe('absent while it runs, or when its end was not fetched'),
  planned: z.number().describe('samples'),
  samples: z.number().describe('that are there'),
  failed: z.number().describe('of them'),
  workers: z.number(),
  benchmarks: z.array(z.string()),
});

/** -o json of bench list. */
export const benchListOutput = z.object({
  runs: z.array(listedRun).describe('the last begun first'),
  unreadable: z.array(z.object({ folder: z.string(), problem })),
});

export type BenchListOutput = Readonly<z.output<typeof benchListOutput>>;

const listedBenchmark = z.object({
  name: z.string().describe('as a scenario names it'),
  title: z.string(),
  metrics: z
    .array(
      z.object({
        name: z.string(),
        unit: z.enum(['s', 'B/s', '1/s', 'ratio']),
        better: z.enum(['lower', 'higher']),
        roundTrips: z
          .number()
          .optional()
          .describe('of the network in one such time; absent where that is not known'),
        statistic: z.enum(['median', 'mean', 'minimum', 'p99']).optional().describe('of many such times'),
        meaning: z.string(),
      }),
    )
    .describe('the first is compared when nobody says otherwise'),
  ports: z.array(z.object({ port: z.number(), protocol: z.enum(['tcp', 'udp']) })).describe('of its server'),
  ignores: z.array(z.string()).describe('fields of a scenario that it has no use for'),
});

/** -o json of bench list --benchmarks. */
export const benchBenchmarksOutput = z.object({ benchmarks: z.array(listedBenchmark) });

export type BenchBenchmarksOutput = Readonly<z.output<typeof benchBenchmarksOutput>>;
