import { ports, readyPort, udpPort } from '../benchmark/ports';
import { timeMetrics, type Probe } from './probe';
import { leastDatagramBytes } from './datagram';
import { measureUdp } from './udp-client';
import { serveUdp } from './udp-server';

/** Numbered datagrams, each sent back by the server. */
export const udpProbe: Probe = {
  name: 'udp',
  title: 'UDP loss, round trip and order (built in)',
  port: ports.probeUdp,
  // Nothing shows from outside that a UDP server is there; so it listens on TCP too, as soon as it is.
  ports: [readyPort(ports.probeUdp), udpPort(ports.probeUdp)],
  metrics: [
    {
      name: 'loss',
      unit: 'ratio',
      better: 'lower',
      meaning: 'Datagrams that did not come back, on the way there or back, of all that were sent.',
    },
    ...timeMetrics('round_trip', 'From a datagram sent to its echo, of those that came back', 1),
    {
      name: 'reordered',
      unit: 'ratio',
      better: 'lower',
      meaning: 'Echoes that came after one whose datagram was sent later (RFC 4737), of all that came back.',
    },
    {
      name: 'duplicated',
      unit: 'ratio',
      better: 'lower',
      meaning: 'Echoes that came once more, of all datagrams that were sent.',
    },
  ],
  ignores: ['streams'],
  sizes: { least: leastDatagramBytes, most: 65_507 },
  rates: { least: 1, most: 20_000 },
  serve: serveUdp,
  measure: measureUdp,
};
