import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { Duration } from '@podlag/core';
import { agentErrors } from '../agent-errors';
import { EventLoopWatch } from './event-loop-watch';
import { InFlight } from './in-flight';
import type { ProbeRequest } from './probe-request';
import { connectRoundTrip, type RoundTrip } from './round-trip';
import { addedMedian, summaryOf, type Summary } from './summary';

/** Of one request: with 30 s of patience two thousand sockets would gather, of some 10 kB each. */
const mostConnects = 256;
/** Under way at once: more of them would measure each other. */
export const mostProbes = 4;

/** What a probe measured, as it is answered. */
export interface ProbeResult {
  readonly dst: string;
  readonly port: number;
  readonly count: number;
  /** To the port that was asked for. */
  readonly roundTrip: Summary;
  /** To the agent port of the same peer, which no fault touches. */
  readonly idle: Summary;
  readonly added: { readonly median?: Duration | undefined };
  /** The longest that this process was busy with other things meanwhile. */
  readonly eventLoopDelay: Duration;
}

/** Measures TCP connect round trips from this pod, with real packets. */
export class Prober {
  readonly #agentPort: number;
  #probes = 0;

  /** @param agentPort of this agent, and so of the peer's: both come from one template */
  constructor(agentPort: number) {
    this.#agentPort = agentPort;
  }

  /**
   * Connects to the port that is asked for and, in the pauses between, to the agent port: both meet the same busy machine,
   * so that the difference of their medians is what the faults add.
   *
   * @param signal ends it; what was measured until then is answered
   * @throws PodlagError `busy-probing`, `probe-not-sent`
   */
  async probe(request: ProbeRequest, signal: AbortSignal): Promise<ProbeResult> {
    if (this.#probes >= mostProbes) {
      throw agentErrors.error('busy-probing', `${mostProbes} probes are under way`);
    }
    this.#probes += 1;
    const watch = new EventLoopWatch();
    try {
      const { dst, port, count } = request;
      const [roundTrip, idle] = await connectAll(request, this.#agentPort, signal);
      const added = { median: addedMedian(roundTrip, idle) };
      return { dst, port, count, roundTrip, idle, added, eventLoopDelay: watch.longest };
    } finally {
      watch.stop();
      this.#probes -= 1;
    }
  }
}

type Pair<T> = readonly [probe: T, idle: T];

async function connectAll(
  { dst, port, count, interval, timeout }: ProbeRequest,
  agentPort: number,
  signal: AbortSignal,
): Promise<Pair<Summary>> {
  const failure = new AbortController();
  const patience = {
    timeoutMs: timeout.milliseconds,
    signal: AbortSignal.any([signal, failure.signal]),
  };
  const inFlight = new InFlight(mostConnects);
  const connect = async (toPort: number): Promise<RoundTrip> => {
    const found = await inFlight.run(() => connectRoundTrip({ address: dst, port: toPort }, patience));
    // The others would fail as well.
    if (found.kind === 'not-sent') failure.abort();
    return found;
  };
  const started: Pair<Promise<RoundTrip>[]> = [[], []];
  const stepMs = interval.milliseconds / 2;
  let dueMs = performance.now();
  while (started[1].length < count) {
    await until(dueMs, patience.signal);
    if (inFlight.isFull) dueMs = await inFlight.room().then(() => performance.now());
    if (patience.signal.aborted) break;
    const isIdleTurn = started[0].length > started[1].length;
    started[isIdleTurn ? 1 : 0].push(connect(isIdleTurn ? agentPort : port));
    dueMs += stepMs;
  }
  const found = await Promise.all(started.map((ofOne) => Promise.all(ofOne)));
  assertSent(dst, found.flat());
  const [probe = [], idle = []] = found;
  return [summaryOf(probe), summaryOf(idle)];
}

/** @throws PodlagError `probe-not-sent` */
function assertSent(dst: string, roundTrips: readonly RoundTrip[]): void {
  const notSent = roundTrips.find(({ kind }) => kind === 'not-sent');
  if (notSent?.kind !== 'not-sent') return;
  const { cause } = notSent;
  throw agentErrors.error('probe-not-sent', `nothing can be sent to ${dst}: ${cause.message}`, { cause });
}

/** Resolves at a time of performance.now(), or when the signal comes. */
async function until(dueMs: number, signal: AbortSignal): Promise<void> {
  const leftMs = dueMs - performance.now();
  // What is late goes at once, but in a turn of its own: two connects of one turn would measure each other.
  if (leftMs < 1) await nextTurn();
  else await sleep(leftMs, undefined, { signal }).catch(() => undefined);
}
