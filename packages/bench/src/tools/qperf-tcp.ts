import * as z from 'zod';
import type { Benchmark, Parameters, Reading, ToolCommand, ToolOutput } from '../benchmark/benchmark';
import { ports, readyPort, tcpPort } from '../benchmark/ports';
import { mustAgree, mustHaveLasted } from './agreement';
import { someWrittenFigure } from './figure';
import { checkOf } from './limits';
import { blocksOf, readBlock, tool, type QperfBlock } from './qperf-report';
import { writtenVersion } from './written-version';

const tests = ['tcp_lat', 'tcp_bw'] as const;
const nanosecondsPerSecond = 1e9;

const command = (...args: readonly string[]): ToolCommand => ({
  program: { kind: 'tool', name: 'qperf' },
  args,
});

/** qperf tcp_lat and tcp_bw, one after the other, half of the time each. */
export const qperfTcp: Benchmark = {
  name: 'qperf-tcp',
  title: 'One-way latency and throughput of one TCP connection, by qperf',
  ports: [readyPort(ports.qperfControl), tcpPort(ports.qperfData)],
  metrics: [
    {
      name: 'latency',
      unit: 's',
      better: 'lower',
      roundTrips: 0.5,
      statistic: 'mean',
      meaning: 'One way, on the average: half of what a message and its answer take.',
    },
    {
      name: 'throughput',
      unit: 'B/s',
      better: 'higher',
      meaning: "Bytes a second that arrived at the server, the connection's slow start included.",
    },
  ],
  ignores: ['warmUpSeconds', 'streams', 'rate'],
  check: (parameters) => {
    const { seconds } = parameters;
    return seconds % 2 === 0
      ? limits(parameters)
      : { parameter: 'seconds', problem: `is ${seconds}, and qperf measures two things, whole seconds each` };
  },
  version: command('--version'),
  readVersion: (output) => writtenVersion(tool, /^qperf (0\.4\.\d+)$/, output),
  server: () => command('--listen_port', `${ports.qperfControl}`),
  client: ({ seconds, size }, { host }) =>
    command(
      host,
      ...['--listen_port', `${ports.qperfControl}`, '--ip_port', `${ports.qperfData}`],
      ...['--time', `${seconds / 2}`, ...(size === undefined ? [] : ['--msg_size', `${size}`])],
      // One unit for each figure, and beside it the counts that it comes from.
      ...[
        '--unify_units',
        '--unify_nodes',
        '--precision',
        '9',
        '--verbose_more_stat',
        '--verbose_more_time',
        '--verbose_more_used',
      ],
      ...tests,
    ),
  read,
};

const limits = checkOf(tool, { seconds: { wholeUpTo: 86_400 }, size: 2 ** 20 });

const used = { msg_size: someWrittenFigure, port: z.literal(`${ports.qperfData}`), time: someWrittenFigure };
const usedUnits = { msg_size: 'bytes', port: '', time: 'ns' };

const latencySchema = z.object({
  latency: someWrittenFigure,
  ...used,
  loc_real_time: someWrittenFigure,
  loc_recv_msgs: someWrittenFigure,
  rem_recv_msgs: someWrittenFigure,
});
const latencyUnits = {
  latency: 'ns',
  ...usedUnits,
  loc_real_time: 'ns',
  loc_recv_msgs: '',
  rem_recv_msgs: '',
};

const bandwidthSchema = z.object({
  bw: someWrittenFigure,
  ...used,
  rem_real_time: someWrittenFigure,
  rem_recv_bytes: someWrittenFigure,
});
const bandwidthUnits = { bw: 'bytes/sec', ...usedUnits, rem_real_time: 'ns', rem_recv_bytes: 'bytes' };

function read({ stdout }: ToolOutput, parameters: Parameters): Reading {
  const [first, second] = blocksOf(stdout, tests) as [QperfBlock, QperfBlock];
  return { values: { latency: latencyIn(first, parameters), throughput: throughputIn(second, parameters) } };
}

function latencyIn(block: QperfBlock, parameters: Parameters): number {
  const said = readBlock(block, latencyUnits, latencySchema);
  mustBeWhatWasAsked(block.test, said, parameters);
  mustHaveLasted(tool, 'tcp_lat.loc_real_time', ofNanoseconds(said.loc_real_time), parameters.seconds / 2);
  mustAgree(tool, [
    {
      field: 'tcp_lat.latency',
      is: said.latency,
      shouldBe: said.loc_real_time / (said.loc_recv_msgs + said.rem_recv_msgs),
      tolerance: tickOf(said.loc_real_time),
    },
  ]);
  return ofNanoseconds(said.latency);
}

function throughputIn(block: QperfBlock, parameters: Parameters): number {
  const said = readBlock(block, bandwidthUnits, bandwidthSchema);
  mustBeWhatWasAsked(block.test, said, parameters);
  mustHaveLasted(tool, 'tcp_bw.rem_real_time', ofNanoseconds(said.rem_real_time), parameters.seconds / 2);
  mustAgree(tool, [
    {
      field: 'tcp_bw.bw',
      is: said.bw,
      shouldBe: said.rem_recv_bytes / ofNanoseconds(said.rem_real_time),
      tolerance: tickOf(said.rem_real_time),
    },
  ]);
  return said.bw;
}

/** The two sides' clocks count in ticks of 10 ms, and may be one or two apart. */
const tickOf = (nanoseconds: number): number => 1e-6 + 0.02 / ofNanoseconds(nanoseconds);

const ofNanoseconds = (nanoseconds: number): number => nanoseconds / nanosecondsPerSecond;

function mustBeWhatWasAsked(
  test: string,
  said: { readonly msg_size: number; readonly time: number },
  { seconds, size = said.msg_size }: Parameters,
): void {
  mustAgree(tool, [
    { field: `${test}.msg_size`, is: said.msg_size, shouldBe: size },
    { field: `${test}.time`, is: ofNanoseconds(said.time), shouldBe: seconds / 2, tolerance: 1e-6 },
  ]);
}
