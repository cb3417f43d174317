import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { kernelErrors } from './kernel-errors';

/** What a program left behind when it ended by itself. */
export interface ProgramResult {
  /** Exit code; `undefined` when a signal ended it. */
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ProgramOptions {
  readonly cwd?: string;
  /** The whole environment; the caller's own when left out. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/**
 * Runs a program to its end, without a shell and with nothing to read.
 *
 * @throws PodlagError `missing-program` when there is no such program
 */
export async function runProgram(
  program: string,
  args: readonly string[],
  options: ProgramOptions = {},
): Promise<ProgramResult> {
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.env === undefined ? {} : { env: { ...options.env } }),
  });
  const ended = new Promise<number | undefined>((resolve, reject) => {
    child.once('error', (cause) => reject(startError(program, cause)));
    child.once('close', (code) => resolve(code ?? undefined));
  });
  const [code, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  return { code, stdout, stderr };
}

/** The error for a program that did not even start. */
export function startError(program: string, cause: unknown): Error {
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined;
  if (code === 'ENOENT')
    return kernelErrors.error('missing-program', `${program} is not installed.`, { cause });
  return new Error(`${program} did not start: ${String(cause)}`, { cause });
}
