import { connect, type Socket } from 'node:net';
import { ports, readyPort } from '../benchmark/ports';
import { runLoad, type OpenExchange } from './paced-load';
import { peerFailed } from './peer-connection';
import { timeMetrics, timeValues, type Measured, type Peer, type Probe, type ProbeLoad } from './probe';
import { listenTcp } from './tcp-listener';

/** TCP connections that are made and ended at once. */
export const connectProbe: Probe = {
  name: 'connect',
  title: 'New TCP connections (built in)',
  port: ports.probeTcp,
  ports: [readyPort(ports.probeTcp)],
  metrics: [
    ...timeMetrics('connect', 'From the SYN to a connection that stands', 1),
    {
      name: 'connects',
      unit: '1/s',
      better: 'higher',
      meaning: 'Connections made a second, by all streams together; each has one under way.',
    },
  ],
  ignores: ['size'],
  sizes: { least: 0, most: 0 },
  rates: { least: 0.1, most: 20_000 },
  // Who does not read does not see that the client is gone.
  serve: (at) => listenTcp(at, (socket) => void socket.resume()),
  measure,
};

async function measure(load: ProbeLoad): Promise<Measured> {
  const { histogram, perSecond } = await runLoad(load, connects(load.peer));
  return {
    values: { ...timeValues('connect', histogram), connects: perSecond },
    histogram,
    ...(load.rate === undefined ? {} : { reachedRate: perSecond }),
  };
}

function connects(peer: Peer): OpenExchange {
  return ({ done, failed }) => {
    let socket: Socket | undefined;
    return Promise.resolve({
      begin() {
        const made = connect(peer);
        socket = made;
        made.once('connect', () => {
          // The reset skips TIME_WAIT, in which each connection would hold its port for a minute (RFC 9293, 3.6.1): at
          // 28,232 ports that would be the end after as many connects.
          made.resetAndDestroy();
          done();
        });
        made.once('error', (error) => failed(peerFailed(peer, error.message, error)));
      },
      close: () => socket?.destroy(),
    });
  };
}
