import * as z from 'zod';
import type { Benchmark, Parameters, Reading, ToolOutput } from '../benchmark/benchmark';
import { ports } from '../benchmark/ports';
import { mustAgree, mustHaveLasted } from './agreement';
import { someWrittenFigure, writtenFigure } from './figure';
import { checkOf } from './limits';
import { netperf, netperfClient, readSelectors, tool } from './netperf';

const bytesPerKilobyte = 1024;

/** What netperf is asked to print. */
const selectors = z.object({
  PROTOCOL: z.literal('TCP'),
  DIRECTION: z.literal('Send'),
  DEST_PORT: z.literal(`${ports.netperfData}`),
  ELAPSED_TIME: someWrittenFigure,
  LOCAL_SEND_SIZE: someWrittenFigure,
  THROUGHPUT_UNITS: z.literal('KBytes/s'),
  LOCAL_BYTES_SENT: someWrittenFigure,
  REMOTE_BYTES_RECVD: someWrittenFigure,
  REMOTE_RECV_THROUGHPUT: someWrittenFigure,
  LOCAL_TRANSPORT_RETRANS: writtenFigure,
});

/** netperf TCP_STREAM: how many bytes a second one TCP connection carries from the client to the server. */
export const netperfTcpStream: Benchmark = {
  ...netperf,
  name: 'netperf-tcp-stream',
  title: 'Throughput of one TCP connection, by netperf',
  metrics: [
    {
      name: 'throughput',
      unit: 'B/s',
      better: 'higher',
      meaning: "Bytes a second that arrived at the server, the connection's slow start included.",
    },
    {
      name: 'retransmits',
      unit: '1/s',
      better: 'lower',
      meaning: 'Segments a second that the client sent once more.',
    },
  ],
  ignores: ['warmUpSeconds', 'streams', 'rate'],
  check: checkOf(tool, { seconds: { wholeUpTo: 86_400 }, size: 2 ** 20 }),
  client: ({ seconds, size }, server) =>
    netperfClient(
      {
        name: 'TCP_STREAM',
        seconds,
        global: ['-f', 'K'],
        own: size === undefined ? [] : ['-m', `${size}`],
        selectors: Object.keys(selectors.shape),
      },
      server,
    ),
  read,
};

function read({ stdout }: ToolOutput, { seconds, size }: Parameters): Reading {
  const said = readSelectors(selectors, stdout);
  const { ELAPSED_TIME: elapsed, REMOTE_BYTES_RECVD: received, LOCAL_BYTES_SENT: sent } = said;
  const throughput = said.REMOTE_RECV_THROUGHPUT * bytesPerKilobyte;
  mustHaveLasted(tool, 'ELAPSED_TIME', elapsed, seconds);
  mustAgree(tool, [
    { field: 'LOCAL_SEND_SIZE', is: said.LOCAL_SEND_SIZE, shouldBe: size ?? said.LOCAL_SEND_SIZE },
    // Either side stops counting when it sees the end.
    { field: 'REMOTE_BYTES_RECVD', is: received, shouldBe: sent, tolerance: 0.05 },
    {
      field: 'REMOTE_RECV_THROUGHPUT',
      is: throughput,
      shouldBe: received / elapsed,
      // The time is written with two decimals.
      tolerance: 0.01 / elapsed + (0.01 * bytesPerKilobyte) / throughput,
    },
  ]);
  return { values: { throughput, retransmits: said.LOCAL_TRANSPORT_RETRANS / elapsed } };
}
