import type { Benchmark } from '../benchmark/benchmark';
import { ports, readyPort } from '../benchmark/ports';
import { fortio, fortioCommand, loadCommand, loadMetrics, readLoad, urlHost } from './fortio-load';

/** fortio against its HTTP echo server: requests on connections that are kept. */
export const fortioHttp: Benchmark = {
  ...fortio,
  name: 'fortio-http',
  title: 'HTTP requests on kept connections, by fortio',
  ports: [readyPort(ports.fortioHttp)],
  metrics: loadMetrics('a request and its answer'),
  server: () =>
    fortioCommand(
      ...['server', '-loglevel', 'Critical', '-http-port', `${ports.fortioHttp}`],
      // No more than what is measured: neither its other servers nor its pages.
      ...[
        '-tcp-port',
        'disabled',
        '-udp-port',
        'disabled',
        '-grpc-port',
        'disabled',
        '-redirect-port',
        'disabled',
      ],
      ...['-ui-path', '', '-echo-debug-path', ''],
    ),
  client: (parameters, { host }) => loadCommand(parameters, `http://${urlHost(host)}:${ports.fortioHttp}/`),
  read: (output, parameters) => readLoad({ runType: 'HTTP', success: '200' }, output, parameters),
};
