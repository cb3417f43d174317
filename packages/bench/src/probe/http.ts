import { Agent, createServer, request, type ClientRequest, type RequestListener } from 'node:http';
import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { ports, readyPort } from '../benchmark/ports';
import { runLoad, type ExchangeEvents, type OpenExchange } from './paced-load';
import { peerFailed } from './peer-connection';
import {
  timeMetrics,
  timeValues,
  type ListenAt,
  type Measured,
  type Peer,
  type Probe,
  type ProbeLoad,
  type ProbeServer,
} from './probe';
import { idleTimeoutMs, listening } from './tcp-listener';

const defaultSize = 64;
const mostBytes = 1024 * 1024;
/** Of the time; the rest is for new connections, whose median needs fewer samples than the other's 99th percentile. */
const keptShare = 0.75;

/** HTTP/1.1 GETs: on kept connections, and then each on a new one. */
export const httpProbe: Probe = {
  name: 'http',
  title: 'HTTP requests (built in)',
  port: ports.probeHttp,
  ports: [readyPort(ports.probeHttp)],
  metrics: [
    ...timeMetrics('request', 'From a GET on a kept connection to the end of its answer', 1),
    {
      name: 'new_connection_median',
      unit: 's',
      better: 'lower',
      roundTrips: 2,
      statistic: 'median',
      meaning:
        'From the SYN of a new connection to the end of the answer to a GET on it; half of them took no longer.',
    },
    {
      name: 'requests',
      unit: '1/s',
      better: 'higher',
      meaning: 'GETs a second on kept connections, of all streams together; each has one under way.',
    },
  ],
  ignores: [],
  sizes: { least: 0, most: mostBytes },
  rates: { least: 0.1, most: 20_000 },
  serve,
  measure,
};

async function serve(at: ListenAt): Promise<ProbeServer> {
  const server = createServer({ noDelay: true, keepAliveTimeout: idleTimeoutMs }, answer);
  const port = await listening(server, at);
  return {
    port,
    async close() {
      const over = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await over;
    },
  };
}

const body = Buffer.alloc(mostBytes, 'podlag ');

const answer: RequestListener = (incoming, outgoing) => {
  incoming.resume();
  const [, digits] = /^\/bytes\/([0-9]{1,7})$/.exec(incoming.url ?? '') ?? [];
  const size = Number(digits);
  const isKnown = incoming.method === 'GET' && digits !== undefined && size <= mostBytes;
  outgoing.writeHead(isKnown ? 200 : 404, { 'content-length': isKnown ? size : 0 });
  outgoing.end(isKnown ? body.subarray(0, size) : undefined);
};

async function measure(load: ProbeLoad): Promise<Measured> {
  const { peer, seconds, rate, size = defaultSize } = load;
  const kept = await runLoad({ ...load, seconds: seconds * keptShare }, keptConnection(peer, size));
  const rest = { ...load, seconds: seconds * (1 - keptShare), warmUpSeconds: 0 };
  const anew = await runLoad(rest, newConnections(peer, size));
  return {
    values: {
      ...timeValues('request', kept.histogram),
      new_connection_median: anew.histogram.quantile(0.5),
      requests: kept.perSecond,
    },
    histogram: kept.histogram,
    ...(rate === undefined ? {} : { reachedRate: Math.min(kept.perSecond, anew.perSecond) }),
  };
}

/** The connection is made before anything counts: a first request of its own is waited for. */
function keptConnection(peer: Peer, size: number): OpenExchange {
  return async ({ done, failed }) => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const sockets = new Set<Socket>();
    const get = (events: ExchangeEvents): void => {
      const sent = request({ ...target(peer, size), agent });
      sent.once('socket', (socket) => sockets.add(socket));
      send(sent, peer, size, events);
    };
    await new Promise<void>((resolve, reject) => get({ done: resolve, failed: reject }));
    const over = (): void => {
      if (sockets.size === 1) done();
      else failed(peerFailed(peer, 'the connection was not kept: the figure would be of another one'));
    };
    return {
      begin: () => get({ done: over, failed }),
      close: () => agent.destroy(),
    };
  };
}

function newConnections(peer: Peer, size: number): OpenExchange {
  return ({ done, failed }) => {
    let sent: ClientRequest | undefined;
    return Promise.resolve({
      begin() {
        const options = {
          ...target(peer, size),
          createConnection: () => connect({ ...peer, noDelay: true }),
        };
        // Asked to keep it, the server does not end the connection first, so that it is we who can: by reset, which leaves
        // no TIME_WAIT on either side.
        const made = request({ ...options, headers: { connection: 'keep-alive' } });
        const over = (): void => {
          made.socket?.resetAndDestroy();
          done();
        };
        sent = send(made, peer, size, { done: over, failed });
      },
      close: () => void sent?.destroy(),
    });
  };
}

function target(
  { host, port }: Peer,
  size: number,
): { readonly host: string; readonly port: number; readonly path: string } {
  return { host, port, path: `/bytes/${size}` };
}

function send(
  sent: ClientRequest,
  peer: Peer,
  size: number,
  { done, failed }: ExchangeEvents,
): ClientRequest {
  sent.once('error', (error) => failed(peerFailed(peer, error.message, error)));
  sent.once('response', (response) => {
    let missing = size;
    response.on('data', ({ length }: Buffer) => (missing -= length));
    response.once('error', (error) => failed(peerFailed(peer, error.message, error)));
    response.once('end', () => {
      if (response.statusCode === 200 && missing === 0) done();
      else
        failed(
          peerFailed(
            peer,
            `its answer is ${response.statusCode ?? 0}, ${missing} bytes short: it is no probe's server`,
          ),
        );
    });
  });
  sent.end();
  return sent;
}
