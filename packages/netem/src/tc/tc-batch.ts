import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { TaskQueue } from '@podlag/core';
import { netemErrors } from '../netem-errors';
import { batchLine, type TcCommand } from './tc-command';

/** A command that tc or the kernel refused, with their words. */
export interface TcFailure {
  readonly command: TcCommand;
  readonly message: string;
}

export interface BatchResult {
  readonly stdout: string;
  readonly failures: readonly TcFailure[];
}

export interface TcBatchSettings {
  /** The program, by name or path. */
  readonly tc: string;
  /** Options before `-batch`, as `-j`. */
  readonly options: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** After this the child is taken for stuck and is replaced. */
  readonly timeoutMs: number;
}

/** No such object: tc says so on stderr, in order with everything before it, and goes on. */
const syncWord = 'podlag-sync';

/**
 * A long-lived `tc -force -batch -`. Commands go to its standard input; it sends each to the kernel and waits for the
 * kernel's acknowledgement before it reads the next, so that when the sync line's own complaint comes back, all before
 * it has happened. A process for each command would cost twenty times as much.
 *
 * Batches run one at a time, in the order in which they came. A child that died is replaced at the next one.
 */
export class TcBatch {
  #child: ChildProcessWithoutNullStreams | undefined;
  #lines = 0;
  readonly #queue = new TaskQueue();

  constructor(private readonly settings: TcBatchSettings) {}

  /** The child's process id, for tests that kill it. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** @throws PodlagError `tc-missing`, `tc-died`, `tc-timeout`; commands that fail are in the result */
  run(commands: readonly TcCommand[]): Promise<BatchResult> {
    return this.#queue.run(() => this.#runNow(commands));
  }

  async #runNow(commands: readonly TcCommand[]): Promise<BatchResult> {
    const child = this.#child ?? this.#start();
    const first = this.#lines + 1;
    const sync = first + commands.length;
    this.#lines = sync;
    try {
      const output = outputUntil(child, `Command failed -:${sync}\n`, this.settings.timeoutMs);
      child.stdin.write(`${[...commands.map(batchLine), syncWord].join('\n')}\n`);
      const { stdout, stderr } = await output;
      return { stdout, failures: failuresIn(stderr, commands, first) };
    } catch (error) {
      this.close();
      throw error;
    }
  }

  close(): void {
    this.#child?.kill('SIGKILL');
    this.#child = undefined;
  }

  #start(): ChildProcessWithoutNullStreams {
    const { tc, options, env } = this.settings;
    const child = spawn(tc, [...options, '-force', '-batch', '-'], { env });
    // Whoever waits for the child's output learns of its end from that; a write to a dead child says nothing new.
    child.stdin.on('error', () => child.kill('SIGKILL'));
    child.on('exit', () => {
      if (this.#child === child) this.#child = undefined;
    });
    // An idle child is no reason for the program to stay.
    child.unref();
    this.#child = child;
    this.#lines = 0;
    return child;
  }
}

interface Output {
  readonly stdout: string;
  readonly stderr: string;
}

/** All that the child prints until `marker` ends its stderr. */
function outputUntil(
  child: ChildProcessWithoutNullStreams,
  marker: string,
  timeoutMs: number,
): Promise<Output> {
  return new Promise((resolve, reject) => {
    let stdout = '';
    let stderr = '';
    const takeStdout = (chunk: Buffer): void => void (stdout += chunk.toString());
    const takeStderr = (chunk: Buffer): void => {
      stderr += chunk.toString();
      // tc flushes its stdout after each command, so all of it was in the pipe before the marker. It may still be there:
      // this poll of the event loop can have looked at stdout before tc wrote the rest. The next poll has it, and comes
      // between two immediates.
      if (stderr.endsWith(marker))
        setImmediate(() => setImmediate(() => finish(() => resolve({ stdout, stderr }))));
    };
    const died = (): void =>
      finish(() =>
        reject(
          netemErrors.error('tc-died', `tc ended before it had answered; it said: ${stderr || 'nothing'}`),
        ),
      );
    const failed = (cause: Error): void =>
      finish(() =>
        reject(
          netemErrors.error('tc-missing', `cannot start ${child.spawnfile}: ${cause.message}`, { cause }),
        ),
      );
    const timer = setTimeout(() => {
      finish(() => reject(netemErrors.error('tc-timeout', `tc gave no answer within ${timeoutMs} ms`)));
    }, timeoutMs);
    const finish = (settle: () => void): void => {
      clearTimeout(timer);
      child.stdout.off('data', takeStdout);
      child.stderr.off('data', takeStderr);
      child.off('exit', died).off('error', failed);
      settle();
    };
    child.stdout.on('data', takeStdout);
    child.stderr.on('data', takeStderr);
    child.on('exit', died).on('error', failed);
  });
}

/** tc names the line after its words on it: `Error: ...`, then `Command failed -:LINE`. */
function failuresIn(stderr: string, commands: readonly TcCommand[], firstLine: number): readonly TcFailure[] {
  const failures: TcFailure[] = [];
  let words: string[] = [];
  for (const line of stderr.split('\n')) {
    const number = /^Command failed -:(\d+)$/.exec(line)?.[1];
    const command = number === undefined ? undefined : commands[Number(number) - firstLine];
    if (number === undefined) {
      words.push(line.trim());
      continue;
    }
    if (command) failures.push({ command, message: words.filter(isReason).join(' ') });
    words = [];
  }
  return failures;
}

/** A warning may be of a command before, which succeeded. */
function isReason(line: string): boolean {
  return line !== '' && !line.startsWith('Warning:');
}
