import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { PodlagError } from '@podlag/core';
import { startError } from '../kernel/run-program';

export interface ProgramStart {
  readonly argv: readonly [string, ...string[]];
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>;
}

/** Lines of its log that are kept: enough to see why it ended. */
const keptLines = 15;

/** A program in the background. In a session of its own, so that a Ctrl-C on the terminal is for the lab, which ends it. */
export class RunningProgram {
  readonly #child: ChildProcess;
  readonly #log: string[] = [];
  readonly #listeners = new Set<(line: string) => void>();
  readonly #ended: Promise<string>;

  constructor({ argv: [program, ...args], env }: ProgramStart) {
    this.#child = spawn(program, args, {
      env: { ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    this.#ended = new Promise((resolve) => {
      this.#child.once('error', (error) => resolve(startError(program, error).message));
      this.#child.once('close', (code, signal) =>
        resolve(`ended with ${signal ?? `exit status ${code ?? '?'}`}`),
      );
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (stream !== null) createInterface(stream).on('line', (line) => this.#hear(line));
    }
  }

  /** The end of what it said on standard output and error. */
  get logTail(): string {
    return this.#log.join('\n');
  }

  /**
   * The first line for which `find` answers something.
   *
   * @throws what `failure` makes of a reason, when the program ends or the time is over before
   */
  async answer<T>(find: (line: string) => T | undefined, failure: Failure, timeoutMs = 20_000): Promise<T> {
    let listener: ((line: string) => void) | undefined;
    const found = new Promise<T>((resolve) => {
      listener = (line) => {
        const answer = find(line);
        if (answer !== undefined) resolve(answer);
      };
      this.#listeners.add(listener);
    });
    try {
      return await this.while(found, failure, timeoutMs);
    } finally {
      if (listener !== undefined) this.#listeners.delete(listener);
    }
  }

  /** `work`, as long as the program runs and there is time. */
  async while<T>(work: Promise<T>, failure: Failure, timeoutMs: number): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<string>((resolve) => {
      timer = setTimeout(() => resolve(`gave no sign within ${timeoutMs / 1000} s`), timeoutMs);
    });
    const gone = Promise.race([late, this.#ended]).then((reason): never => {
      throw failure(`${reason}\n${this.logTail}`.trim());
    });
    try {
      return await Promise.race([work, gone]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** SIGTERM, and SIGKILL when that is not enough. */
  async stop(graceMs = 2000): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null || this.#child.pid === undefined)
      return;
    const killer = setTimeout(() => this.#child.kill('SIGKILL'), graceMs);
    this.#child.kill('SIGTERM');
    await once(this.#child, 'close');
    clearTimeout(killer);
  }

  #hear(line: string): void {
    this.#log.push(line);
    if (this.#log.length > keptLines) this.#log.shift();
    for (const listener of this.#listeners) listener(line);
  }
}

/** Makes the error out of the reason and the end of the log. */
export type Failure = (reason: string) => PodlagError;
