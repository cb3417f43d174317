import type { Socket } from 'node:net';
import { ports, readyPort } from '../benchmark/ports';
import { connectTo, peerFailed, peerSilent, stopped } from './peer-connection';
import type { Measured, Peer, Probe, ProbeLoad } from './probe';
import { listenTcp } from './tcp-listener';
import { ReportReader, writeReport, type ReceiverReport } from './receiver-report';

const defaultSize = 128 * 1024;
const reportEveryMs = 50;
/** After the end, for the receiver's last report to come back. */
const graceMs = 15_000;

/** As many bytes as go through, counted by the one that receives them. */
export const throughputProbe: Probe = {
  name: 'throughput',
  title: 'Bulk TCP throughput (built in)',
  port: ports.probeTcp,
  ports: [readyPort(ports.probeTcp)],
  metrics: [
    {
      name: 'throughput',
      unit: 'B/s',
      better: 'higher',
      meaning: 'Payload that the receiver has read, by its own clock, of all streams together.',
    },
  ],
  ignores: ['rate'],
  sizes: { least: 1024, most: 4 * 1024 * 1024 },
  rates: { least: 0, most: 0 },
  serve: (at) => listenTcp(at, receive),
  measure,
};

/** Reads and counts. What the sender has handed to its kernel says nothing; so the receiver reports, by its own clock. */
function receive(socket: Socket): void {
  let firstAt: number | undefined;
  let bytes = 0;
  socket.on('data', ({ length }: Buffer) => {
    firstAt ??= performance.now();
    bytes += length;
  });
  const reports = setInterval(() => {
    if (firstAt === undefined) return;
    // A sender that reads no reports gets no more of them.
    if (socket.writableNeedDrain) return;
    socket.write(writeReport({ seconds: (performance.now() - firstAt) / 1000, bytes }));
  }, reportEveryMs);
  socket.once('close', () => clearInterval(reports));
}

async function measure(load: ProbeLoad): Promise<Measured> {
  const ended = new AbortController();
  const signal = AbortSignal.any([load.signal, ended.signal]);
  try {
    const rates = await Promise.all(
      new Array<undefined>(load.streams).fill(undefined).map(() => bytesPerSecond(load, signal)),
    );
    return { values: { throughput: rates.reduce((sum, rate) => sum + rate, 0) } };
  } finally {
    ended.abort();
  }
}

async function bytesPerSecond(load: ProbeLoad, signal: AbortSignal): Promise<number> {
  const { peer, seconds, warmUpSeconds } = load;
  const outcome = Promise.withResolvers<number>();
  outcome.promise.catch(() => undefined);
  let first: ReceiverReport | undefined;
  const reported = (report: ReceiverReport): void => {
    if (report.seconds < warmUpSeconds) return;
    first ??= report;
    if (report.seconds < warmUpSeconds + seconds || report === first) return;
    outcome.resolve((report.bytes - first.bytes) / (report.seconds - first.seconds));
  };
  const reader = new ReportReader(reported, () =>
    outcome.reject(peerFailed(peer, 'its reports make no sense')),
  );
  const socket = await connectTo(peer, { received: (bytes) => reader.read(bytes), failed: outcome.reject });
  const late = setTimeout(
    () => outcome.reject(peerSilent(peer, 'no report of the receiver')),
    1000 * (warmUpSeconds + seconds) + graceMs,
  );
  const stop = (): void => outcome.reject(stopped());
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    send(socket, load.size ?? defaultSize);
    return checked(peer, await outcome.promise);
  } finally {
    signal.removeEventListener('abort', stop);
    clearTimeout(late);
    socket.resetAndDestroy();
  }
}

function send(socket: Socket, size: number): void {
  const message = Buffer.alloc(size, 'podlag ');
  const fill = (): void => {
    while (!socket.destroyed && socket.write(message));
  };
  socket.on('drain', fill);
  fill();
}

function checked(peer: Peer, rate: number): number {
  if (rate > 0) return rate;
  throw peerFailed(peer, 'nothing went through in the time that counts');
}
