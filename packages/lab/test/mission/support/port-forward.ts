import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** So long kubectl runs at most, also where the work hangs. */
const mostMs = 60_000;

/**
 * Does that while `kubectl port-forward` leads from a free port of this machine to one of a pod.
 *
 * @param doing - gets `http://127.0.0.1:PORT`
 */
export async function whileForwarded<T>(
  { namespace, name }: { readonly namespace: string; readonly name: string },
  port: number,
  doing: (origin: string) => Promise<T>,
): Promise<T> {
  const where = ['--namespace', namespace, '--address=127.0.0.1', `pod/${name}`, `:${port}`];
  const child = spawn('kubectl', ['port-forward', ...where], {
    ...{ stdio: ['ignore', 'pipe', 'inherit'], timeout: mostMs },
  });
  const exited = once(child, 'exit');
  try {
    return await doing(`http://${await listensOn(child.stdout)}`);
  } finally {
    child.kill();
    await exited;
  }
}

/** The first that kubectl says is where it listens. */
async function listensOn(stdout: Readable): Promise<string> {
  for await (const line of createInterface(stdout)) {
    const address = /^Forwarding from (\S+) ->/.exec(line)?.[1];
    if (address !== undefined) return address;
  }
  throw new Error('kubectl port-forward ended without a port; what it said is above');
}
