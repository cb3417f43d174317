import { isIPv6 } from 'node:net';
import * as z from 'zod';
import type { Benchmark, Metric, Parameters, Reading, ToolCommand, ToolOutput } from '../benchmark/benchmark';
import { mustAgree, mustHaveLasted } from './agreement';
import { count, someCount, someFigure } from './figure';
import {
  histogramSchema,
  latenciesOf,
  mustBeWhole,
  percentileOf,
  percentiles,
  resolution,
  tool,
} from './fortio-histogram';
import { checkOf } from './limits';
import { failed, unreadable } from './unreadable';
import { understoodJson } from './understood';
import { writtenVersion } from './written-version';

const nanosecondsPerSecond = 1e9;

/** What all loads of fortio have in common. It makes one call a connection before it measures. */
export const fortio = {
  ignores: ['warmUpSeconds'],
  check: checkOf(tool, {
    seconds: { upTo: 86_400 },
    streams: 1000,
    // It prints what it sends along with its results, of which 64 KiB are kept.
    size: 2 ** 15,
    rate: 1e6,
  }),
  version: fortioCommand('version'),
  readVersion: (output: ToolOutput) => writtenVersion(tool, /^v?(1\.\d+\.\d+)$/, output),
} satisfies Partial<Benchmark>;

/** A command line of fortio. */
export function fortioCommand(...args: readonly string[]): ToolCommand {
  return { program: { kind: 'tool', name: 'fortio' }, args };
}

/**
 * The figures of a load of fortio.
 *
 * @param request what is sent and answered, with its article
 */
export function loadMetrics(request: string): readonly [Metric, ...Metric[]] {
  const time = { unit: 's', better: 'lower' } as const;
  const ofBuckets = "as fine as fortio's buckets, 5 to 20 % of it from 250 us to 25 ms";
  return [
    // First, for it stands still where the mean follows each hiccup of a machine.
    { name: 'round_trip_median', ...time, meaning: `Half of them took less; ${ofBuckets}.` },
    {
      ...{ name: 'round_trip_mean', ...time, roundTrips: 1, statistic: 'mean' },
      meaning: `How long ${request} took on a connection that stands, on the average.`,
    },
    { name: 'round_trip_p90', ...time, meaning: `Nine of ten took less; ${ofBuckets}.` },
    { name: 'round_trip_p99', ...time, meaning: `99 of 100 took less; ${ofBuckets}.` },
    { name: 'round_trip_p999', ...time, meaning: `999 of 1000 took less; ${ofBuckets}.` },
    {
      ...{ name: 'round_trip_min', ...time, roundTrips: 1, statistic: 'minimum' },
      meaning: 'The shortest of all.',
    },
    {
      ...{ name: 'requests', unit: '1/s', better: 'higher' },
      meaning: 'Requests a second, of all connections together; at most what was asked for.',
    },
  ];
}

/** The client's command line. */
export function loadCommand({ seconds, streams, size, rate }: Parameters, url: string): ToolCommand {
  return fortioCommand(
    'load',
    // A line for each request that fails would be all that is kept. They are counted in the JSON.
    ...['-loglevel', 'Critical', '-json', '-'],
    ...['-c', `${streams}`, '-t', `${Math.round(seconds * 1000)}ms`],
    // In even steps, and never faster to make up for what was slow: what was not reached is told.
    ...['-qps', `${rate ?? 0}`, ...(rate === undefined ? [] : ['-uniform', '-nocatchup'])],
    ...(size === undefined ? [] : ['-payload-size', `${size}`]),
    ...['-r', resolution.toFixed(6), '-p', percentiles.join(',')],
    url,
  );
}

/** A host as it stands in a URL (RFC 3986, 3.2.2). */
export const urlHost = (host: string): string => (isIPv6(host) ? `[${host}]` : host);

const resultSchema = z.object({
  RunType: z.string(),
  Version: z.string().regex(/^v?1\.\d+\.\d+$/, 'is not fortio 1'),
  RequestedQPS: z.string(),
  ActualQPS: someFigure,
  ActualDuration: someCount,
  NumThreads: count,
  DurationHistogram: z.unknown(),
  ErrorsDurationHistogram: z.object({ Count: count }),
  RetCodes: z.record(z.string(), someCount),
});
const wholeSchema = resultSchema.extend({ DurationHistogram: histogramSchema });
type Result = z.output<typeof resultSchema>;

/** What a load of one kind says when all is well. */
export interface LoadKind {
  readonly runType: 'TCP' | 'HTTP';
  /** The one key of RetCodes. */
  readonly success: string;
}

/**
 * Reads what a load printed.
 *
 * @throws PodlagError `unreadable-output`; `tool-failed` when a request failed: its time is in fortio's sums, and is of
 * something else
 */
export function readLoad(
  { runType, success }: LoadKind,
  { stdout }: ToolOutput,
  parameters: Parameters,
): Reading {
  mustHaveSucceeded(success, understoodJson(tool, resultSchema, stdout));
  const result = understoodJson(tool, wholeSchema, stdout);
  const { DurationHistogram: durations, ActualQPS } = result;
  mustBeWhatWasAsked(runType, result, parameters);
  mustBeWhole(durations);
  mustAgree(tool, [
    { field: `RetCodes.${success}`, is: result.RetCodes[success] ?? 0, shouldBe: durations.Count },
    {
      field: 'ActualQPS',
      is: ActualQPS,
      shouldBe: durations.Count / (result.ActualDuration / nanosecondsPerSecond),
      tolerance: 1e-6,
    },
  ]);
  const [round_trip_median, round_trip_p90, round_trip_p99, round_trip_p999] = percentiles.map((percentile) =>
    percentileOf(durations, percentile),
  ) as [number, number, number, number];
  return {
    values: {
      ...{
        round_trip_mean: durations.Avg,
        round_trip_median,
        round_trip_p90,
        round_trip_p99,
        round_trip_p999,
      },
      round_trip_min: durations.Min,
      requests: ActualQPS,
    },
    histogram: latenciesOf(durations).encode(),
    ...(parameters.rate === undefined ? {} : { reachedRate: ActualQPS }),
  };
}

function mustHaveSucceeded(success: string, { RetCodes, ErrorsDurationHistogram }: Result): void {
  const bad = Object.entries(RetCodes).filter(([code]) => code !== success);
  if (bad.length === 0 && ErrorsDurationHistogram.Count === 0) return;
  const codes = bad.map(([code, times]) => `${times} of "${code.slice(0, 120)}"`).slice(0, 3);
  throw failed(tool, `${ErrorsDurationHistogram.Count} requests failed: ${codes.join(', ')}`);
}

function mustBeWhatWasAsked(
  runType: string,
  result: z.output<typeof wholeSchema>,
  parameters: Parameters,
): void {
  const { seconds, streams, rate } = parameters;
  if (result.RunType !== runType) throw unfit('RunType', result.RunType, runType);
  if (result.RequestedQPS === 'max' ? rate !== undefined : Number(result.RequestedQPS) !== rate) {
    throw unfit('RequestedQPS', result.RequestedQPS, `${rate ?? 'max'}`);
  }
  mustAgree(tool, [{ field: 'NumThreads', is: result.NumThreads, shouldBe: streams }]);
  mustHaveLasted(tool, 'ActualDuration', result.ActualDuration / nanosecondsPerSecond, seconds);
}

function unfit(field: string, is: string, asked: string): Error {
  return unreadable(tool, field, `is ${is.slice(0, 40)}, where ${asked} was asked for`);
}
