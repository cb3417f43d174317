import { Backoff, pause, type Clock, type Logger } from '@podlag/core';
import { benchErrors } from '../bench-errors';
import type { Benchmark } from '../benchmark/benchmark';
import type { ChannelTls } from '../channel/channel-tls';
import type { Hello } from '../channel/connected-worker';
import { version } from '../version';
import { readEnvironment } from './environment';
import type { ProbeProgram } from './task-command';
import { WorkerSession, type SessionEnd } from './worker-session';
import { findTools } from './worker-tools';

/** What a worker is made with. */
export interface WorkerOptions {
  /** As in its certificate. */
  readonly name: string;
  readonly node: string;
  readonly zone?: string | undefined;
  readonly network: 'pod' | 'host';
  readonly addresses: readonly string[];
  /** The container image it runs in, where it is known. */
  readonly image?: string | undefined;
  /** `host:port`. */
  readonly orchestrator: string;
  readonly tls: ChannelTls;
  readonly benchmarks: readonly Benchmark[];
  readonly probeProgram: ProbeProgram;
  /** Where tools are looked for, as in PATH. */
  readonly path: string;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Does what an orchestrator asks of it, until it is told to go. */
export class Worker {
  readonly #backoff = new Backoff({ mostMs: 5_000 });

  constructor(private readonly options: WorkerOptions) {}

  /**
   * Resolves when the orchestrator has said goodbye, or the signal has aborted. No program of its is left then, however it
   * ends. A connection that is lost is made again.
   *
   * @throws PodlagError `worker-refused`
   */
  async run(signal: AbortSignal): Promise<void> {
    const { log } = this.options;
    const hello = await this.#hello();
    while (!signal.aborted) {
      const end = await this.#session(hello).run(signal);
      if (end.kind === 'goodbye') {
        log.info({ reason: end.reason }, 'the orchestrator lets this worker go');
        return;
      }
      await this.#pauseAfter(end, signal);
    }
  }

  #session(hello: Hello): WorkerSession {
    const { orchestrator, tls, clock, log } = this.options;
    const onWelcome = (run: string): void => {
      this.#backoff.reset();
      log.info({ run, orchestrator }, 'connected');
    };
    return new WorkerSession({ orchestrator, tls, hello, clock, onWelcome, means: this.options });
  }

  async #pauseAfter(
    { kind, detail }: Exclude<SessionEnd, { kind: 'goodbye' }>,
    signal: AbortSignal,
  ): Promise<void> {
    const { orchestrator, name, clock, log } = this.options;
    if (kind === 'refused')
      throw benchErrors.error('worker-refused', `worker ${name} at ${orchestrator}: ${detail}`);
    const pauseMs = this.#backoff.next();
    log.warn({ orchestrator, detail, againInMs: Math.round(pauseMs) }, 'no connection to the orchestrator');
    await pause(clock, pauseMs, signal);
  }

  async #hello(): Promise<Hello> {
    const { name, node, zone, network, addresses, image } = this.options;
    const environment = {
      ...(await readEnvironment()),
      ...{ node, podlag: version },
      ...(zone !== undefined && { zone }),
      ...(image !== undefined && { image }),
    };
    const tools = await findTools(this.options);
    return { worker: name, version, node, zone, network, addresses, tools, environment };
  }
}
