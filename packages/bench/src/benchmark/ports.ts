import type { BenchmarkPort } from './benchmark';

/**
 * The ports of all benchmarks' servers, none used twice: a Service names them, and a mesh knows them. Where a tool takes
 * one port to arrange things and another for what is measured, both are pinned.
 */
export const ports = {
  iperf3: 5201,
  netperfControl: 12865,
  netperfData: 12866,
  qperfControl: 19765,
  qperfData: 19766,
  fortioHttp: 8080,
  fortioTcp: 8078,
  probeTcp: 7101,
  probeUdp: 7102,
  probeHttp: 7103,
} as const;

/** Where a server listens as soon as it is ready. */
export const readyPort = (port: number): BenchmarkPort => ({ protocol: 'tcp', port, ready: true });

/** Where a server listens too, perhaps only while it is measured. */
export const tcpPort = (port: number): BenchmarkPort => ({ protocol: 'tcp', port });

/** Where datagrams arrive. */
export const udpPort = (port: number): BenchmarkPort => ({ protocol: 'udp', port });
