import { spawn, type ChildProcess } from 'node:child_process';
import { open, readFile } from 'node:fs/promises';
import { startError } from '../kernel/run-program';

export interface ServerStart {
  readonly name: string;
  readonly argv: readonly string[];
  /** The whole environment. Never a proxy's address in it: everything that a server calls is in the bed. */
  readonly env: Readonly<Record<string, string>>;
  readonly logFile: string;
}

/** Servers get nothing of the caller's environment: neither a proxy nor a feature gate that somebody else has set. */
export const serverEnv = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' } as const;

/** From SIGTERM to SIGKILL. */
const defaultGraceMs = 5000;

/** Lines of a log that a person may read through. */
const tailLines = 15;

/** How a process ended. */
export interface Exit {
  /** For a sentence: `ended with exit status 1`. */
  readonly reason: string;
  readonly code: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
}

/** A program in the background that writes its log to a file, and ends with this process, even when that is killed. */
export class ServerProcess {
  readonly #child: ChildProcess;
  /** Answers when it has ended. */
  readonly ended: Promise<Exit>;

  private constructor(
    readonly start: ServerStart,
    log: number,
  ) {
    this.#child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', ...start.argv], {
      env: { ...start.env },
      stdio: ['ignore', log, log],
      // In a session of its own: a Ctrl-C on the terminal is for the command that runs in the bed.
      detached: true,
    });
    this.ended = new Promise((resolve) => {
      this.#child.once('error', (error) => {
        resolve({ reason: startError('setpriv', error).message, code: undefined, signal: undefined });
      });
      this.#child.once('exit', (code, signal) => {
        const reason = `ended with ${signal ?? `exit status ${code ?? '?'}`}`;
        resolve({ reason, code: code ?? undefined, signal: signal ?? undefined });
      });
    });
  }

  static async start(start: ServerStart): Promise<ServerProcess> {
    const log = await open(start.logFile, 'a');
    try {
      return new ServerProcess(start, log.fd);
    } finally {
      await log.close();
    }
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get running(): boolean {
    return this.pid !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  signal(signal: NodeJS.Signals): void {
    if (this.running) this.#child.kill(signal);
  }

  /** SIGTERM, and SIGKILL when that is not enough within the grace. */
  async stop(graceMs = defaultGraceMs): Promise<void> {
    if (!this.running) return;
    const killer = setTimeout(() => this.#child.kill('SIGKILL'), graceMs);
    this.#child.kill('SIGTERM');
    await this.ended;
    clearTimeout(killer);
  }
}

/** The last lines of a log. */
export async function endOfLog(file: string): Promise<string> {
  const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
  return lines.slice(-tailLines).join('\n');
}
