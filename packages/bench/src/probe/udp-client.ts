import { randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv4 } from 'node:net';
import { readEcho, sessionBytes, writeQuestion } from './datagram';
import { DatagramTally } from './datagram-tally';
import { peerFailed, stopped } from './peer-connection';
import { timeValues, type Measured, type Peer, type ProbeLoad } from './probe';

const defaultSize = 64;
/** A ping a millisecond: enough to see a loss of 0.1 % in ten seconds, and nothing that a network would call load. */
const defaultRate = 1000;
/** At once, after our timer was late; more of them would fill buffers and be lost by our own fault. */
const mostAtOnce = 64;
/** The last ones are given up after thrice the longest round trip that was seen, within these. */
const leastQuietMs = 1_000;
const mostQuietMs = 10_000;

/** When what is sent. Milliseconds of `performance.now()`. */
interface Timetable {
  readonly begin: number;
  readonly intervalMs: number;
  readonly total: number;
  /** Number of the first that counts. */
  readonly first: number;
}

/**
 * Sends datagrams by a timetable, whatever comes back, and tallies what does.
 *
 * @throws PodlagError `tool-failed`, also when nothing comes back at all: a round trip that nothing made has no figure
 */
export async function measureUdp(load: ProbeLoad): Promise<Measured> {
  const { peer, seconds, warmUpSeconds, size = defaultSize, rate = defaultRate } = load;
  const first = Math.ceil(warmUpSeconds * rate);
  const total = first + Math.max(1, Math.round(seconds * rate));
  const tally = new DatagramTally(first, total);
  const socket = await connected(peer);
  const failure = Promise.withResolvers<never>();
  failure.promise.catch(() => undefined);
  const stop = (): void => failure.reject(stopped());
  load.signal.addEventListener('abort', stop, { once: true });
  if (load.signal.aborted) stop();
  socket.on('error', (error) => failure.reject(peerFailed(peer, error.message, error)));
  try {
    const timetable = { begin: performance.now(), intervalMs: 1000 / rate, total, first };
    const sender = new TimetableSender(socket, size, timetable, tally);
    const reached = await Promise.race([sender.run(), failure.promise]).finally(() => sender.stop());
    await Promise.race([sender.settled(), failure.promise]).finally(() => sender.stop());
    return measuredOf(peer, tally, load.rate === undefined ? undefined : reached);
  } finally {
    load.signal.removeEventListener('abort', stop);
    socket.close();
  }
}

function measuredOf(peer: Peer, tally: DatagramTally, reachedRate: number | undefined): Measured {
  if (tally.histogram.recordCount === 0)
    throw peerFailed(peer, `none of ${tally.counted} datagrams came back`);
  const { loss, reordered, duplicated } = tally.shares;
  return {
    values: { loss, ...timeValues('round_trip', tally.histogram), reordered, duplicated },
    histogram: tally.histogram,
    ...(reachedRate === undefined ? {} : { reachedRate }),
  };
}

async function connected({ host, port }: Peer): Promise<Socket> {
  const socket = createSocket({ type: isIPv4(host) ? 'udp4' : 'udp6', recvBufferSize: 1 << 20 });
  const connecting = once(socket, 'connect');
  socket.connect(port, host);
  await connecting;
  return socket;
}

/** Sends, hears, and waits for the last ones. */
class TimetableSender {
  readonly #session = randomBytes(sessionBytes);
  readonly #datagram: Buffer;
  #timer: NodeJS.Timeout | undefined;
  #sent = 0;
  #firstCountedAt = 0;
  #lastHeardAt = 0;

  constructor(
    private readonly socket: Socket,
    size: number,
    private readonly timetable: Timetable,
    private readonly tally: DatagramTally,
  ) {
    this.#datagram = Buffer.alloc(size, 'podlag ');
    socket.on('message', (datagram) => {
      const now = performance.now();
      const echo = readEcho(datagram, this.#session);
      if (echo === undefined) return;
      this.#lastHeardAt = now;
      this.tally.returned(echo, now);
    });
  }

  /** Sends all; resolves to the datagrams a second that were sent while it counted. */
  run(): Promise<number> {
    return new Promise((resolve) => {
      const turn = (): void => {
        this.#sendDue();
        const { total, begin, intervalMs } = this.timetable;
        if (this.#sent === total) resolve(this.#reachedRate());
        else this.#timer = setTimeout(turn, Math.max(1, begin + this.#sent * intervalMs - performance.now()));
      };
      turn();
    });
  }

  /** Resolves when all are back, or the missing ones have had their time. */
  settled(): Promise<void> {
    const since = performance.now();
    return new Promise((resolve) => {
      const look = (): void => {
        const now = performance.now();
        const patienceMs = Math.min(mostQuietMs, Math.max(leastQuietMs, 3 * this.tally.slowestMs));
        const isQuiet = now - Math.max(since, this.#lastHeardAt) >= patienceMs;
        if (this.tally.isComplete || isQuiet || now - since >= mostQuietMs) resolve();
        else this.#timer = setTimeout(look, 10);
      };
      look();
    });
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #sendDue(): void {
    const { begin, intervalMs, total, first } = this.timetable;
    const due = Math.min(
      total,
      Math.floor((performance.now() - begin) / intervalMs) + 1,
      this.#sent + mostAtOnce,
    );
    while (this.#sent < due) {
      const sentAt = performance.now();
      if (this.#sent === first) this.#firstCountedAt = sentAt;
      // The socket may hold the bytes until its next turn: each datagram has its own.
      const datagram = Buffer.from(this.#datagram);
      writeQuestion(datagram, this.#session, { sequence: this.#sent, sentAt });
      this.socket.send(datagram);
      this.#sent += 1;
    }
  }

  #reachedRate(): number {
    const elapsedMs = Math.max(
      performance.now() - this.#firstCountedAt,
      this.tally.counted * this.timetable.intervalMs,
    );
    return (1000 * this.tally.counted) / elapsedMs;
  }
}
