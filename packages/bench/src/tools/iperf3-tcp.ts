import * as z from 'zod';
import type { Benchmark, Parameters, Reading, ToolOutput } from '../benchmark/benchmark';
import { ports, readyPort } from '../benchmark/ports';
import { mustAgree, mustHaveLasted } from './agreement';
import { count, someCount, someFigure } from './figure';
import { checkOf } from './limits';
import { failed } from './unreadable';
import { understood, understoodJson } from './understood';
import { writtenVersion } from './written-version';

const tool = 'iperf3';

/** Each stream is 700 bytes of JSON, of which 64 KiB are kept. */
const mostStreams = 64;

/** iperf3: how many bytes a second one or more TCP connections carry from the client to the server. */
export const iperf3Tcp: Benchmark = {
  name: 'iperf3-tcp',
  title: 'Throughput of TCP, by iperf3',
  ports: [readyPort(ports.iperf3)],
  metrics: [
    {
      name: 'throughput',
      unit: 'B/s',
      better: 'higher',
      meaning: 'Bytes a second that arrived at the server, of all streams together.',
    },
    {
      name: 'retransmits',
      unit: '1/s',
      better: 'lower',
      meaning: 'Segments a second that the client sent once more.',
    },
  ],
  // Its --bitrate is in bits a second, and asks for no events.
  ignores: ['rate'],
  check: checkOf(tool, {
    seconds: { wholeUpTo: 86_400 },
    warmUpSeconds: { wholeUpTo: 600 },
    streams: mostStreams,
    size: 2 ** 20,
  }),
  version: { program: { kind: 'tool', name: 'iperf3' }, args: ['--version'] },
  readVersion: (output) => writtenVersion(tool, /^iperf (3\.\d+(?:\.\d+)?)\S*(?: .*)?$/, output),
  server: () => ({
    program: { kind: 'tool', name: 'iperf3' },
    args: ['--server', '--port', `${ports.iperf3}`, '--interval', '0'],
  }),
  client: (parameters, { host }) => ({
    program: { kind: 'tool', name: 'iperf3' },
    args: ['--client', host, '--port', `${ports.iperf3}`, '--json', ...loadOf(parameters)],
  }),
  read,
  complaint: ({ stdout }) => complaintSchema.safeParse(jsonOrNothing(stdout)).data?.error,
};

function loadOf({ seconds, warmUpSeconds, streams, size }: Parameters): readonly string[] {
  return [
    // Without the reports in between, which nobody reads.
    ...['--interval', '0', '--connect-timeout', '5000'],
    ...['--time', `${seconds}`, '--omit', `${warmUpSeconds}`, '--parallel', `${streams}`],
    ...(size === undefined ? [] : ['--length', `${size}`]),
  ];
}

const complaintSchema = z.object({ error: z.string().min(1).max(2000) });

const transferSchema = z.object({ bytes: someCount, bits_per_second: someFigure, seconds: someFigure });

const resultSchema = z.object({
  start: z.object({
    version: z.string().regex(/^iperf 3\.\d+(\.\d+)?\S*$/, 'is not iperf 3'),
    test_start: z.object({
      protocol: z.literal('TCP'),
      num_streams: count,
      blksize: someCount,
      omit: count,
      duration: count,
      reverse: z.literal(0),
    }),
  }),
  end: z.object({
    streams: z.array(
      z.object({
        sender: z.object({ bytes: count, retransmits: count }),
        receiver: z.object({ bytes: count }),
      }),
    ),
    sum_sent: transferSchema.extend({ retransmits: count }),
    sum_received: transferSchema,
  }),
});
type Result = z.output<typeof resultSchema>;

function read({ stdout }: ToolOutput, parameters: Parameters): Reading {
  const document = understoodJson(tool, z.looseObject({}), stdout);
  if ('error' in document) {
    throw failed(tool, understood(tool, complaintSchema, document).error);
  }
  const result = understood(tool, resultSchema, document);
  mustBeWhatWasAsked(result, parameters);
  mustAddUp(result);
  const { sum_sent: sent, sum_received: received } = result.end;
  mustHaveLasted(tool, 'end.sum_received.seconds', received.seconds, parameters.seconds);
  return {
    values: {
      throughput: received.bits_per_second / 8,
      retransmits: sent.retransmits / sent.seconds,
    },
  };
}

function mustBeWhatWasAsked(
  { start, end }: Result,
  { seconds, warmUpSeconds, streams, size }: Parameters,
): void {
  const { num_streams, blksize, omit, duration } = start.test_start;
  mustAgree(tool, [
    { field: 'start.test_start.num_streams', is: num_streams, shouldBe: streams },
    { field: 'start.test_start.duration', is: duration, shouldBe: seconds },
    { field: 'start.test_start.omit', is: omit, shouldBe: warmUpSeconds },
    { field: 'start.test_start.blksize', is: blksize, shouldBe: size ?? blksize },
    { field: 'end.streams.length', is: end.streams.length, shouldBe: streams },
  ]);
}

function mustAddUp({ end: { streams, sum_sent: sent, sum_received: received } }: Result): void {
  mustAgree(tool, [
    { field: 'end.sum_sent.bytes', is: sent.bytes, shouldBe: sum(streams.map(({ sender }) => sender.bytes)) },
    {
      field: 'end.sum_sent.retransmits',
      is: sent.retransmits,
      shouldBe: sum(streams.map(({ sender }) => sender.retransmits)),
    },
    {
      field: 'end.sum_received.bytes',
      is: received.bytes,
      shouldBe: sum(streams.map(({ receiver }) => receiver.bytes)),
    },
    rate('end.sum_sent', sent),
    rate('end.sum_received', received),
  ]);
}

function rate(field: string, { bytes, seconds, bits_per_second }: z.output<typeof transferSchema>) {
  // Seconds are written to the microsecond.
  return {
    field: `${field}.bits_per_second`,
    is: bits_per_second,
    shouldBe: (8 * bytes) / seconds,
    tolerance: 1e-5,
  };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

function jsonOrNothing(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // It was ended before it could say anything.
    return undefined;
  }
}
