import { LatencyHistogram } from '../record/histogram';
import { PacedStream, type Exchange, type LoadWindow } from './paced-stream';
import { peerFailed, peerSilent, stopped } from './peer-connection';
import type { ProbeLoad } from './probe';

/** What is under way at the end is waited for so long: to leave out the slow ones would make a slow network look fast. */
const graceMs = 15_000;

/** What an exchange tells of itself. */
export interface ExchangeEvents {
  /** The one that was begun is over. */
  readonly done: () => void;
  /** There can be no more of them. */
  readonly failed: (error: Error) => void;
}

/** Makes what one stream does; what it does is begun later. */
export type OpenExchange = (events: ExchangeEvents) => Promise<Exchange>;

/** What a load has shown. */
export interface LoadResult {
  readonly histogram: LatencyHistogram;
  /** Exchanges a second; where a rate was asked for, those that were due in the time and were done. */
  readonly perSecond: number;
}

/**
 * Runs as many streams of exchanges as are asked for, for the time that is asked for, the warm-up before it not counted.
 *
 * @throws PodlagError `tool-failed` when one fails, `tool-timeout` when one does not end
 */
export async function runLoad(load: ProbeLoad, open: OpenExchange): Promise<LoadResult> {
  const failure = Promise.withResolvers<never>();
  // Nobody may be waiting for it any more when a connection ends after all was measured.
  failure.promise.catch(() => undefined);
  const stop = (): void => failure.reject(stopped());
  load.signal.addEventListener('abort', stop, { once: true });
  if (load.signal.aborted) stop();
  const streams: StreamSlot[] = [];
  let late: NodeJS.Timeout | undefined;
  try {
    for (let index = 0; index < load.streams; index += 1) {
      const slot = new StreamSlot(failure.reject);
      streams.push(slot);
      await Promise.race([slot.open(open), failure.promise]);
    }
    late = setTimeout(
      () => failure.reject(tooLate(load)),
      1000 * (load.warmUpSeconds + load.seconds) + graceMs,
    );
    return await Promise.race([measured(load, streams), failure.promise]);
  } finally {
    clearTimeout(late);
    load.signal.removeEventListener('abort', stop);
    for (const stream of streams) stream.close();
  }
}

async function measured(load: ProbeLoad, slots: readonly StreamSlot[]): Promise<LoadResult> {
  const { rate, streams, seconds, warmUpSeconds } = load;
  const begin = performance.now();
  const from = begin + 1000 * warmUpSeconds;
  const until = from + 1000 * seconds;
  const window: LoadWindow = { from, until, histogram: new LatencyHistogram(), lastDone: until };
  const intervalMs = rate === undefined ? undefined : (1000 * streams) / rate;
  const finished = slots.map((slot, index) =>
    // Streams take turns: together they keep the rate evenly.
    slot.run(
      (over) => new PacedStream(window, intervalMs, begin + ((intervalMs ?? 0) * index) / streams, over),
    ),
  );
  await Promise.all(finished);
  const { histogram } = window;
  if (histogram.recordCount === 0) throw peerFailed(load.peer, 'nothing was begun and done within the time');
  const elapsedSeconds = rate === undefined ? (window.lastDone - from) / 1000 : seconds;
  return { histogram, perSecond: histogram.recordCount / elapsedSeconds };
}

function tooLate({ peer }: ProbeLoad): Error {
  return peerSilent(peer, `no answer ${graceMs / 1000} s after the end`);
}

/** An exchange, and the stream that drives it as soon as all are open. */
class StreamSlot {
  #exchange: Exchange | undefined;
  #stream: PacedStream | undefined;
  #closed = false;

  constructor(private readonly failed: (error: Error) => void) {}

  async open(open: OpenExchange): Promise<void> {
    const exchange = await open({ done: () => this.#stream?.done(), failed: this.failed });
    if (this.#closed) exchange.close();
    else this.#exchange = exchange;
  }

  run(stream: (over: () => void) => PacedStream): Promise<void> {
    return new Promise((resolve) => {
      this.#stream = stream(resolve);
      if (this.#exchange !== undefined) this.#stream.run(this.#exchange);
    });
  }

  close(): void {
    this.#closed = true;
    this.#stream?.close();
    this.#exchange?.close();
  }
}
