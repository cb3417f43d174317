import { didYouMean, quote } from '@podlag/core';
import { benchErrors } from '../bench-errors';
import { probeBenchmarks } from '../probe/probe-benchmarks';
import { fortioHttp } from '../tools/fortio-http';
import { fortioTcp } from '../tools/fortio-tcp';
import { iperf3Tcp } from '../tools/iperf3-tcp';
import { netperfTcpRr } from '../tools/netperf-tcp-rr';
import { netperfTcpStream } from '../tools/netperf-tcp-stream';
import { qperfTcp } from '../tools/qperf-tcp';
import type { Benchmark } from './benchmark';

/** All benchmarks, one row each. What is not here, no worker runs. */
export const benchmarks: readonly Benchmark[] = [
  iperf3Tcp,
  netperfTcpRr,
  netperfTcpStream,
  qperfTcp,
  fortioTcp,
  fortioHttp,
  ...probeBenchmarks,
];

/**
 * The benchmark of that name.
 *
 * @throws PodlagError `unknown-benchmark`
 */
export function benchmarkNamed(name: string): Benchmark {
  const found = benchmarks.find((benchmark) => benchmark.name === name);
  if (found !== undefined) return found;
  const guess = didYouMean(
    name,
    benchmarks.map((benchmark) => benchmark.name),
  );
  throw benchErrors.error('unknown-benchmark', `${quote(name)} is no benchmark.${guess}`);
}
