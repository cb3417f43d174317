import * as z from 'zod';
import type { Benchmark, Parameters, Reading, ToolOutput } from '../benchmark/benchmark';
import { ports } from '../benchmark/ports';
import { mustAgree, mustAscend, mustHaveLasted } from './agreement';
import { someWrittenFigure, writtenFigure } from './figure';
import { checkOf } from './limits';
import { netperf, netperfClient, readSelectors, tool } from './netperf';

/** What netperf is asked to print; times are in microseconds. */
const selectors = z.object({
  PROTOCOL: z.literal('TCP'),
  DIRECTION: z.literal('Send|Recv'),
  DEST_PORT: z.literal(`${ports.netperfData}`),
  REQUEST_SIZE: someWrittenFigure,
  RESPONSE_SIZE: someWrittenFigure,
  ELAPSED_TIME: someWrittenFigure,
  THROUGHPUT_UNITS: z.literal('Trans/s'),
  THROUGHPUT: someWrittenFigure,
  RT_LATENCY: someWrittenFigure,
  MEAN_LATENCY: writtenFigure,
  STDDEV_LATENCY: writtenFigure,
  MIN_LATENCY: writtenFigure,
  P50_LATENCY: writtenFigure,
  P90_LATENCY: writtenFigure,
  P99_LATENCY: writtenFigure,
  MAX_LATENCY: writtenFigure,
});
type Selectors = z.output<typeof selectors>;

const ofBuckets = "as fine as netperf's buckets, 1 to 10 % of it";

/** netperf TCP_RR: requests and answers by turns, on one connection. */
export const netperfTcpRr: Benchmark = {
  ...netperf,
  name: 'netperf-tcp-rr',
  title: 'Round trips on a TCP connection, by netperf',
  metrics: [
    // First, for it stands still where the mean follows each hiccup of a machine.
    time('round_trip_median', `Half of the round trips were shorter; ${ofBuckets}.`),
    {
      ...time(
        'round_trip_mean',
        'The time that was measured, by the number of round trips on a connection that stands.',
      ),
      ...{ roundTrips: 1, statistic: 'mean' },
    },
    time('round_trip_p90', `Nine of ten round trips were shorter; ${ofBuckets}.`),
    time('round_trip_p99', `99 of 100 round trips were shorter; ${ofBuckets}.`),
    {
      ...time('round_trip_min', 'The shortest round trip, to the microsecond.'),
      ...{ roundTrips: 1, statistic: 'minimum' },
    },
    time('round_trip_deviation', 'Standard deviation of the round trips.'),
    {
      name: 'transactions',
      unit: '1/s',
      better: 'higher',
      meaning: 'Round trips a second, one after another.',
    },
  ],
  // It has no warm-up; of ten thousands of transactions, the first few are in no figure but the maximum.
  ignores: ['warmUpSeconds', 'streams', 'rate'],
  check: checkOf(tool, { seconds: { wholeUpTo: 86_400 }, size: 2 ** 20 }),
  client: ({ seconds, size = 1 }, server) =>
    netperfClient(
      {
        name: 'TCP_RR',
        seconds,
        own: ['-r', `${size},${size}`],
        selectors: Object.keys(selectors.shape),
      },
      server,
    ),
  read,
};

function time(name: string, meaning: string) {
  return { name, unit: 's', better: 'lower', meaning } as const;
}

function read({ stdout }: ToolOutput, { seconds, size = 1 }: Parameters): Reading {
  const said = readSelectors(selectors, stdout);
  mustAgree(tool, [
    { field: 'REQUEST_SIZE', is: said.REQUEST_SIZE, shouldBe: size },
    { field: 'RESPONSE_SIZE', is: said.RESPONSE_SIZE, shouldBe: size },
  ]);
  mustHaveLasted(tool, 'ELAPSED_TIME', said.ELAPSED_TIME, seconds);
  mustFit(said);
  return {
    values: {
      round_trip_mean: ofMicroseconds(said.RT_LATENCY),
      round_trip_median: ofMicroseconds(said.P50_LATENCY),
      round_trip_p90: ofMicroseconds(said.P90_LATENCY),
      round_trip_p99: ofMicroseconds(said.P99_LATENCY),
      round_trip_min: ofMicroseconds(said.MIN_LATENCY),
      round_trip_deviation: ofMicroseconds(said.STDDEV_LATENCY),
      transactions: said.THROUGHPUT,
    },
  };
}

function mustFit(said: Selectors): void {
  const { THROUGHPUT, RT_LATENCY, MEAN_LATENCY, MIN_LATENCY, MAX_LATENCY } = said;
  mustAgree(tool, [
    {
      field: 'RT_LATENCY',
      is: RT_LATENCY,
      shouldBe: 1e6 / THROUGHPUT,
      // Two decimals of the one, and three of the other.
      tolerance: 0.006 / THROUGHPUT + 0.0006 / RT_LATENCY,
    },
    // Of whole microseconds, and without the time between two round trips: on a busy CPU that is a good part of it.
    { field: 'MEAN_LATENCY', is: MEAN_LATENCY, shouldBe: RT_LATENCY, tolerance: 0.5 + 2 / RT_LATENCY },
  ]);
  mustAscend(tool, { MIN_LATENCY, MEAN_LATENCY, MAX_LATENCY });
  mustAscend(tool, {
    P50_LATENCY: said.P50_LATENCY,
    P90_LATENCY: said.P90_LATENCY,
    P99_LATENCY: said.P99_LATENCY,
    // A bucket is named by its lower end.
    MAX_LATENCY: said.MAX_LATENCY,
  });
}

const ofMicroseconds = (microseconds: number): number => microseconds / 1e6;
