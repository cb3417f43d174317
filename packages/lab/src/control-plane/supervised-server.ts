import { setTimeout as delay } from 'node:timers/promises';
import { ServerProcess, type Exit, type ServerStart } from './server-process';

/** From its end to its next start. */
const restartDelayMs = 200;

/** A server that is started again when it ends, as a kubelet does with the static pods of a control plane. */
export class SupervisedServer {
  #process: ServerProcess;
  #stopping = false;
  #restarts = 0;

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
    void this.#process.ended.then(async () => {
      await delay(this.#stopping ? 0 : restartDelayMs);
      if (this.#stopping) return;
      this.#process = await ServerProcess.start(this.#process.start);
      this.#restarts += 1;
      changed();
      this.keepAlive(changed);
    });
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#process.stop();
  }
}
