import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import type { GuestCommand } from './boot-folder';
import { startError } from './run-program';

/**
 * Gives the command a network and a list of network namespaces of its own, as a kernel of its own would: what it makes
 * is gone when its last process is.
 */
const arrival = `
set -eu
mkdir -p /run/netns
mount -t tmpfs tmpfs /run/netns
ip link set lo up
exec "$@"
`;

export interface RunOnHostOptions extends GuestCommand {
  /** When it aborts, the command gets SIGTERM. */
  readonly signal?: AbortSignal;
}

/**
 * Runs a command on the host's own kernel, with the caller's streams.
 *
 * @returns its exit code; 128 and the signal's number when a signal ended it
 */
export async function runOnHost({ argv, cwd, env, signal }: RunOnHostOptions): Promise<number> {
  const child = spawn('unshare', ['--net', '--mount', '--', 'sh', '-c', arrival, 'sh', ...argv], {
    cwd,
    env: { ...env },
    stdio: 'inherit',
  });
  const terminate = (): void => void child.kill('SIGTERM');
  signal?.addEventListener('abort', terminate, { once: true });
  try {
    const [code, killedBy] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    return code ?? 128 + constants.signals[killedBy ?? 'SIGKILL'];
  } catch (error) {
    throw startError('unshare', error);
  } finally {
    signal?.removeEventListener('abort', terminate);
  }
}
