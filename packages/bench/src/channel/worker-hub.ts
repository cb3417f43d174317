import { Server, ServerCredentials } from '@grpc/grpc-js';
import { promisify } from 'node:util';
import type { Clock } from '@podlag/core';
import { benchErrors } from '../bench-errors';
import { refusal } from './admission';
import { benchService, mostMessageBytes } from './bench-service';
import type { ChannelTls } from './channel-tls';
import type { ConnectedWorker } from './connected-worker';
import { IncomingCall, type WorkStream } from './incoming-call';

/** What a hub is made with. */
export interface WorkerHubOptions {
  readonly tls: ChannelTls;
  /** Names of the workers that may come. */
  readonly expected: readonly string[];
  /** The run's name; workers are told. */
  readonly run: string;
  readonly clock: Clock;
  /** How often a worker is to be heard of; 10 to 60000, default 2000. After three of them without a word it is lost. */
  readonly heartbeatMs?: number;
}

/** The orchestrator's side of the worker channel. */
export class WorkerHub {
  readonly #options: Required<WorkerHubOptions>;
  readonly #server = new Server({
    'grpc.max_receive_message_length': mostMessageBytes,
    'grpc.max_send_message_length': mostMessageBytes,
    // A worker has one call.
    'grpc.max_concurrent_streams': 4,
    // Whoever connects and calls nothing.
    'grpc.max_connection_idle_ms': 30_000,
  });
  readonly #workers = new Map<string, ConnectedWorker>();
  readonly #calls = new Set<IncomingCall>();
  readonly #listeners = new Set<() => void>();

  constructor(options: WorkerHubOptions) {
    this.#options = { heartbeatMs: 2_000, ...options };
    this.#server.addService(benchService, { Work: (stream: WorkStream) => this.#work(stream) });
  }

  /**
   * @param port 0 lets the kernel choose
   * @returns the port
   */
  async listen(port: number, host: string): Promise<number> {
    const { ca, cert, key } = this.#options.tls;
    const pair = { cert_chain: Buffer.from(cert), private_key: Buffer.from(key) };
    const credentials = ServerCredentials.createSsl(Buffer.from(ca), [pair], true);
    const address = host.includes(':') ? `[${host}]` : host;
    return promisify(this.#server.bindAsync.bind(this.#server))(`${address}:${port}`, credentials);
  }

  /** By name: the last connection of each that has come so far, also of those that are lost. */
  workers(): ReadonlyMap<string, ConnectedWorker> {
    return this.#workers;
  }

  /** Calls `listener` whenever a worker has come or is lost. @returns a function that ends that */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /**
   * Resolves when all of them are connected at once.
   *
   * @throws PodlagError `worker-lost` with those who are not there in time; what `signal` aborts with
   */
  async waitFor(names: readonly string[], timeoutMs: number, signal?: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    const look = (): void => {
      if (this.#missing(names).length === 0) resolve(undefined);
    };
    const abort = (): void => reject(signal?.reason as Error);
    const ends = [
      this.onChange(look),
      this.#options.clock.after(timeoutMs, () => reject(late(this.#missing(names), timeoutMs))),
      () => signal?.removeEventListener('abort', abort),
    ];
    signal?.addEventListener('abort', abort, { once: true });
    if (signal?.aborted) abort();
    look();
    try {
      await promise;
    } finally {
      for (const end of ends) end();
    }
  }

  /** Tells all workers to go, and ends. */
  async close(reason = 'the run is over'): Promise<void> {
    for (const call of [...this.#calls]) call.goodbye(reason);
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const cancel = this.#options.clock.after(shutdownMs, () => {
      this.#server.forceShutdown();
      resolve(undefined);
    });
    this.#server.tryShutdown(() => resolve(undefined));
    await promise;
    cancel();
  }

  #work(stream: WorkStream): void {
    const { clock, heartbeatMs, run, expected } = this.#options;
    const isConnected = (name: string): boolean => this.#workers.get(name)?.connected ?? false;
    const certificate = stream.getAuthContext().sslPeerCertificate;
    const call = new IncomingCall(stream, {
      ...{ clock, heartbeatMs, run },
      refusal: ({ worker }) => refusal(worker, certificate, { expected, isConnected }),
      onWelcome: (connection) => {
        this.#workers.set(connection.hello.worker, connection);
        this.#changed();
      },
      onEnd: () => {
        this.#calls.delete(call);
        this.#changed();
      },
    });
    this.#calls.add(call);
  }

  #changed(): void {
    for (const listener of [...this.#listeners]) listener();
  }

  #missing(names: readonly string[]): readonly string[] {
    return names.filter((name) => !this.#workers.get(name)?.connected);
  }
}

/** How long those who are told to go have for it. */
const shutdownMs = 2_000;

function late(missing: readonly string[], timeoutMs: number): Error {
  const detail = `not there within ${timeoutMs / 1000} s: ${missing.map((name) => `worker ${name}`).join(', ')}`;
  return benchErrors.error('worker-lost', detail);
}
