import { readFile, readlink } from 'node:fs/promises';
import { runProgram } from '../kernel/run-program';
import { clusterNamespace } from './host-network';

/** A process in the cluster's network namespace. */
export interface NamespaceProcess {
  readonly pid: number;
  /** Its arguments, with spaces between. Empty for what the kernel made of it. */
  readonly argv: string;
  /** What it runs, as proc_pid_exe(5) names it: a path, or `/memfd:NAME (deleted)`. */
  readonly program: string;
}

/** User-Mode Linux runs each process of a node in one of these; they have no arguments that tell whose they are. */
const nodeProcess = '/memfd:uml-userspace';

/**
 * Whether a process is the cluster's, by a folder that is in its arguments, and not one that a user has started there.
 *
 * @param folder the cluster's private one
 */
export function isOfCluster({ argv, program }: NamespaceProcess, folder: string): boolean {
  return argv.includes(`${folder}/`) || program.startsWith(nodeProcess);
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
  const [argv, program] = await Promise.allSettled([
    readFile(`/proc/${pid}/cmdline`, 'utf8'),
    readlink(`/proc/${pid}/exe`),
  ]);
  if (argv.status === 'rejected' || program.status === 'rejected') return undefined;
  return { pid: Number(pid), argv: argv.value.replaceAll('\0', ' '), program: program.value };
}
