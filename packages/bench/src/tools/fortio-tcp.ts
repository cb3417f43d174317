import type { Benchmark } from '../benchmark/benchmark';
import { ports, readyPort } from '../benchmark/ports';
import { fortio, fortioCommand, loadCommand, loadMetrics, readLoad, urlHost } from './fortio-load';

/** fortio against its TCP echo server: messages that come back, on one connection or more. */
export const fortioTcp: Benchmark = {
  ...fortio,
  name: 'fortio-tcp',
  title: 'Round trips on TCP connections, by fortio',
  ports: [readyPort(ports.fortioTcp)],
  metrics: loadMetrics('a message and its echo'),
  server: () => fortioCommand('tcp-echo', '-loglevel', 'Critical', '-tcp-port', `${ports.fortioTcp}`),
  client: (parameters, { host }) => loadCommand(parameters, `tcp://${urlHost(host)}:${ports.fortioTcp}`),
  read: (output, parameters) => readLoad({ runType: 'TCP', success: 'OK' }, output, parameters),
};
