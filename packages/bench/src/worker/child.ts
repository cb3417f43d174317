import { spawn, type ChildProcess } from 'node:child_process';
import type { Clock } from '@podlag/core';
import { mostStderrBytes, mostStdoutBytes } from '../channel/task';
import { ChildOutput } from './child-output';

/** A program to start. */
export interface ChildStart {
  readonly argv: readonly [string, ...string[]];
  /** Where programs are looked for. */
  readonly path: string;
  readonly clock: Clock;
}

/** How a program ended. */
export type ChildEnd =
  | { readonly kind: 'exit'; readonly code: number }
  | { readonly kind: 'signal'; readonly signal: NodeJS.Signals }
  | { readonly kind: 'could-not-start'; readonly detail: string };

/** From SIGTERM to SIGKILL. */
const graceMs = 1_000;
/** How long output that is still in a pipe is read after the end: longer only where a stranger holds the pipe. */
const drainMs = 1_000;

/**
 * A program with all that it starts: in a process group of its own, which is ended with it. No shell, nothing of our
 * environment, no input.
 */
export class Child {
  /** When it and its group are gone, and its output has been read. Never rejects. */
  readonly ended: Promise<ChildEnd>;
  readonly stdout = new ChildOutput(mostStdoutBytes);
  readonly stderr = new ChildOutput(mostStderrBytes);
  readonly #process: ChildProcess;
  #isOver = false;
  #cancelKill: (() => void) | undefined;

  constructor(private readonly start: ChildStart) {
    const [program, ...args] = start.argv;
    this.#process = spawn(program, args, {
      // Tools print numbers as the locale has them.
      env: { PATH: start.path, LANG: 'C' },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    this.#process.stdout?.on('data', (chunk: Buffer) => this.stdout.take(chunk));
    this.#process.stderr?.on('data', (chunk: Buffer) => this.stderr.take(chunk));
    this.ended = new Promise((resolve) => {
      this.#process.once('error', (error: NodeJS.ErrnoException) => {
        // Also of a signal that could not be sent, after which it still ends.
        if (this.#process.pid !== undefined) return;
        this.#isOver = true;
        resolve({ kind: 'could-not-start', detail: words(program, error) });
      });
      this.#process.once('exit', (code, signal) => void this.#over(code, signal).then(resolve));
    });
  }

  /** Whether it has ended by itself or otherwise; what it has started may still be ending. */
  get isOver(): boolean {
    return this.#isOver;
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** SIGTERM to the group, and SIGKILL to what is left of it after a second. */
  end(): void {
    if (this.#isOver || this.#cancelKill !== undefined) return;
    this.#signal('SIGTERM');
    this.#cancelKill = this.start.clock.after(graceMs, () => this.#signal('SIGKILL'));
  }

  async #over(code: number | null, signal: NodeJS.Signals | null): Promise<ChildEnd> {
    this.#isOver = true;
    this.#cancelKill?.();
    // Its children have nobody to work for.
    this.#signal('SIGKILL');
    await this.#drained();
    return code === null ? { kind: 'signal', signal: signal ?? 'SIGKILL' } : { kind: 'exit', code };
  }

  async #drained(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.#process.once('close', () => resolve(undefined));
    const cancel = this.start.clock.after(drainMs, () => {
      this.#process.stdout?.destroy();
      this.#process.stderr?.destroy();
      resolve(undefined);
    });
    await promise;
    cancel();
  }

  #signal(signal: NodeJS.Signals): void {
    const { pid } = this.#process;
    if (pid === undefined) return;
    try {
      process.kill(-pid, signal);
    } catch (error) {
      // No such group: all of it has ended.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

function words(program: string, { code, message }: NodeJS.ErrnoException): string {
  return code === 'ENOENT'
    ? `there is no program ${program} on the PATH`
    : `cannot start ${program}: ${message}`;
}
