import { status, type ServerDuplexStream } from '@grpc/grpc-js';
import { isPodlagError, type Clock } from '@podlag/core';
import type { Refusal } from './admission';
import { benchErrors } from '../bench-errors';
import type { Hello } from './connected-worker';
import { readFromWorker, type FromWorker } from './from-worker';
import { printToWorker, type ToWorker, type ToWorkerWire } from './to-worker';
import { WorkerConnection } from './worker-connection';

/** The wire of one worker, as gRPC gives it. */
export type WorkStream = ServerDuplexStream<unknown, ToWorkerWire>;

/** What a call needs of its hub. */
export interface IncomingCallOptions {
  readonly clock: Clock;
  readonly heartbeatMs: number;
  readonly run: string;
  readonly refusal: (hello: Hello) => Refusal | undefined;
  readonly onWelcome: (connection: WorkerConnection) => void;
  readonly onEnd: () => void;
}

/** So many heartbeats without a word, and a worker is lost. */
const patience = 3;

/** One call of Work, from its first message to its end. */
export class IncomingCall {
  #connection: WorkerConnection | undefined;
  #ended = false;
  #cancelTimer: () => void = () => undefined;

  constructor(
    private readonly stream: WorkStream,
    private readonly options: IncomingCallOptions,
  ) {
    stream.on('data', (wire: unknown) => this.#take(wire));
    stream.on('end', () => this.end('it went away'));
    stream.on('cancelled', () => this.end('its connection is gone'));
    stream.on('error', (error: Error) => this.end(`its connection is broken: ${error.message}`));
    this.#expectWord();
  }

  /** Ends it, if it has not ended: with `refused` as the call's status, else well. */
  end(because: string, refused?: Refusal): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#cancelTimer();
    this.#connection?.lose(because);
    // grpc-js takes the call's status from an error.
    if (refused === undefined) this.stream.end();
    else this.stream.emit('error', refused);
    this.options.onEnd();
  }

  /** Lets the worker go. */
  goodbye(reason: string): void {
    if (this.#ended) return;
    if (this.#connection !== undefined) this.#send({ kind: 'goodbye', reason });
    this.end(reason);
  }

  #take(wire: unknown): void {
    if (this.#ended) return;
    try {
      const message = readFromWorker(wire);
      if (this.#connection === undefined) this.#welcome(message);
      else this.#connection.hear(message);
      this.#expectWord();
    } catch (error) {
      if (!isPodlagError(error)) throw error;
      this.end(error.detail, { code: status.INVALID_ARGUMENT, details: error.detail });
    }
  }

  #welcome(message: FromWorker): void {
    if (message.kind !== 'hello')
      throw benchErrors.error('bad-message', 'FromWorker: the first must be hello');
    const { hello } = message;
    const { heartbeatMs, run } = this.options;
    const refused = this.options.refusal(hello);
    if (refused !== undefined) {
      this.end(refused.details, refused);
      return;
    }
    this.#connection = new WorkerConnection(hello, (toWorker) => this.#send(toWorker));
    this.#send({ kind: 'welcome', run, heartbeatMs });
    this.options.onWelcome(this.#connection);
  }

  #send(message: ToWorker): void {
    this.stream.write(printToWorker(message));
  }

  #expectWord(): void {
    this.#cancelTimer();
    if (this.#ended) return;
    const { clock, heartbeatMs } = this.options;
    const because = `no sign of it for ${(patience * heartbeatMs) / 1000} s`;
    this.#cancelTimer = clock.after(patience * heartbeatMs, () =>
      this.end(because, { code: status.DEADLINE_EXCEEDED, details: because }),
    );
  }
}
