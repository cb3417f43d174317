import { setTimeout as delay } from 'node:timers/promises';
import { Backoff } from '@podlag/core';
import { ServerProcess, type Exit, type ServerStart } from './server-process';

/** From its end to its next start: a fifth of a second, and more each time for one that does not stay. */
const pauses = { firstMs: 200, mostMs: 10_000 };

/** What has run for this long did stay. */
const steadyMs = 10_000;

/** A server that is started again when it ends, as a kubelet does with the static pods of a control plane. */
export class SupervisedServer {
  #process: ServerProcess;
  #startedAt = performance.now();
  #restarts = 0;
  readonly #backoff = new Backoff(pauses);
  readonly #stop = new AbortController();

  private constructor(process: ServerProcess) {
    this.#process = process;
  }

  /** Starts it once. */
  static async start(start: ServerStart): Promise<SupervisedServer> {
    return new SupervisedServer(await ServerProcess.start(start));
  }

  get name(): string {
    return this.#process.start.name;
  }

  get logFile(): string {
    return this.#process.start.logFile;
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  get restarts(): number {
    return this.#restarts;
  }

  /** Answers when the process that runs now has ended. */
  get ended(): Promise<Exit> {
    return this.#process.ended;
  }

  /** From now on it comes back. `changed` is told each time, for its process is another then. */
  keepAlive(changed: () => void): void {
    void this.#process.ended.then(() => this.restart(changed));
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#process.stop();
  }

  private async restart(changed: () => void): Promise<void> {
    await this.pause();
    if (this.#stop.signal.aborted) return;
    const [started] = await Promise.allSettled([ServerProcess.start(this.#process.start)]);
    // Its log cannot be opened: after a pause that is longer it may be.
    if (started.status === 'rejected') return this.restart(changed);
    this.#process = started.value;
    this.#startedAt = performance.now();
    this.#restarts += 1;
    changed();
    this.keepAlive(changed);
  }

  private async pause(): Promise<void> {
    if (performance.now() - this.#startedAt >= steadyMs) this.#backoff.reset();
    // It rejects when it is aborted, which the caller looks at.
    await delay(this.#backoff.next(), undefined, { signal: this.#stop.signal }).catch(() => undefined);
  }
}
