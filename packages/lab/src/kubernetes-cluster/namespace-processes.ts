import { readFile } from 'node:fs/promises';
import { runProgram } from '../kernel/run-program';
import { clusterNamespace } from './host-network';

/** A process in the cluster's network namespace. */
export interface NamespaceProcess {
  readonly pid: number;
  /** Its arguments, with spaces between. Empty for what the kernel made of it. */
  readonly argv: string;
}

/** All processes in the cluster's network namespace; none where there is none. */
export async function namespaceProcesses(): Promise<readonly NamespaceProcess[]> {
  // A name whose namespace was never made, for `ip` was killed, has no processes either.
  const { stdout } = await runProgram('ip', ['netns', 'pids', clusterNamespace]);
  const found = await Promise.all(
    stdout
      .split('\n')
      .filter((line) => line !== '')
      .map(processOf),
  );
  return found.filter((process) => process !== undefined);
}

/** Undefined when it has ended meanwhile. */
async function processOf(pid: string): Promise<NamespaceProcess | undefined> {
  const [argv] = await Promise.allSettled([readFile(`/proc/${pid}/cmdline`, 'utf8')]);
  if (argv.status === 'rejected') return undefined;
  return { pid: Number(pid), argv: argv.value.replaceAll('\0', ' ') };
}
