import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import type { GuestCommand } from '../kernel/boot-folder';
import { startError } from '../kernel/run-program';

export interface AttendedCommand extends GuestCommand {
  /** When it aborts, the command gets SIGTERM. */
  readonly signal: AbortSignal;
}

/**
 * Runs a command with the caller's streams to its end.
 *
 * @returns its exit code; 128 and the signal's number when a signal ended it
 */
export async function runAttended({ argv, cwd, env, signal }: AttendedCommand): Promise<number> {
  const [program = '', ...args] = argv;
  const child = spawn(program, args, { cwd, env: { ...env }, stdio: 'inherit' });
  const terminate = (): void => void child.kill('SIGTERM');
  signal.addEventListener('abort', terminate, { once: true });
  if (signal.aborted) terminate();
  try {
    const [code, killedBy] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    return code ?? 128 + constants.signals[killedBy ?? 'SIGKILL'];
  } catch (error) {
    throw startError(program, error);
  } finally {
    signal.removeEventListener('abort', terminate);
  }
}
