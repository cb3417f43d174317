import type { Socket } from 'node:net';
import { ports, readyPort } from '../benchmark/ports';
import { runLoad, type OpenExchange } from './paced-load';
import { connectTo, peerFailed } from './peer-connection';
import { timeMetrics, timeValues, type Measured, type Peer, type Probe, type ProbeLoad } from './probe';
import { listenTcp } from './tcp-listener';

const defaultSize = 1;

/** Round trips on kept connections: a message there, the same message back, and then the next. */
export const tcpRrProbe: Probe = {
  name: 'tcp-rr',
  title: 'Round trips on a kept TCP connection (built in)',
  port: ports.probeTcp,
  ports: [readyPort(ports.probeTcp)],
  metrics: [
    ...timeMetrics(
      'round_trip',
      'From the first byte of a message sent to the last byte of its echo, on a kept connection',
      1,
    ),
    {
      name: 'transactions',
      unit: '1/s',
      better: 'higher',
      meaning: 'Round trips a second of all streams together; each stream has one under way.',
    },
  ],
  ignores: [],
  sizes: { least: 1, most: 1024 * 1024 },
  rates: { least: 0.1, most: 50_000 },
  serve: (at) => listenTcp(at, echo),
  measure,
};

/** Sends back what comes, as it comes: a server that is told no lengths cannot be lied to. */
function echo(socket: Socket): void {
  socket.on('data', (bytes) => {
    if (!socket.write(bytes)) socket.pause();
  });
  socket.on('drain', () => socket.resume());
}

async function measure(load: ProbeLoad): Promise<Measured> {
  const { histogram, perSecond } = await runLoad(load, roundTrips(load.peer, load.size ?? defaultSize));
  return {
    values: { ...timeValues('round_trip', histogram), transactions: perSecond },
    histogram,
    ...(load.rate === undefined ? {} : { reachedRate: perSecond }),
  };
}

function roundTrips(peer: Peer, size: number): OpenExchange {
  const message = Buffer.alloc(size, 'podlag ');
  return async ({ done, failed }) => {
    let missing = 0;
    const received = ({ length }: Buffer): void => {
      missing -= length;
      if (missing === 0) done();
      else if (missing < 0)
        failed(peerFailed(peer, 'more bytes came back than were sent: it is no echo server'));
    };
    const socket = await connectTo(peer, { received, failed });
    return {
      begin() {
        missing = size;
        socket.write(message);
      },
      close: () => socket.destroy(),
    };
  };
}
