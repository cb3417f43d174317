import { lstat, readFile, rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { clusterErrors } from './cluster-errors';
import type { ClusterFiles } from './cluster-folder';
import { readClusterState } from './cluster-state';
import { abandonedDrafts } from './draft-folder';
import { findCluster } from './find-cluster';
import { clusterNamespace, findNetwork, hostDevice, removalCommands, runCommand } from './host-network';
import { mountsBelow } from './mounts-below';
import { isOfCluster, namespaceProcesses } from './namespace-processes';
import { isAlive, type ProcessIdentity } from './process-identity';
import type { FoundCluster } from './situation';

/** From SIGTERM to SIGKILL of the supervisor, which ends nodes and servers in order. */
const supervisorGraceMs = 20_000;
/** Of an `up` that still runs: it takes its own cluster down first. */
const starterGraceMs = 40_000;
/** From SIGKILL to the end: a kernel gives back gigabytes. */
const killedWithinMs = 10_000;
const lookAgainMs = 50;

/**
 * Takes the cluster down, in whatever state it is, and all that it left on this machine but for the caches. Only what is the
 * cluster's own is ended.
 *
 * @returns sentences on what was removed; none when there was nothing
 * @throws PodlagError `not-removed` or `network-failed`; a second call goes on where the first could not
 */
export async function takeDown(files: ClusterFiles): Promise<readonly string[]> {
  const drafts = await abandonedDrafts(files);
  const found = await findCluster(files);
  // Without a folder, a namespace of that name is somebody else's.
  const own = found.kind === 'none' ? [] : [files.folder];
  const removed: string[] = [];
  if (found.kind !== 'none') await clearMachine(files, found, removed);
  // Last: as long as there is a folder, all else is known to be ours.
  for (const folder of [...drafts, ...own]) {
    // An `up` that was ended has removed its own.
    if (!(await exists(folder))) continue;
    await remove(folder);
    removed.push(`removed ${folder}`);
  }
  return removed;
}

/** Ends what is left of a cluster that did not come up, and leaves its logs and its file for a look. */
export async function takeDownButForLogs(files: ClusterFiles): Promise<void> {
  await clearMachine(files, await findCluster(files), []);
  for (const folder of [files.data, files.programs, files.kubeconfig]) await remove(folder);
}

async function exists(path: string): Promise<boolean> {
  const [found] = await Promise.allSettled([lstat(path)]);
  return found.status === 'fulfilled';
}

const remove = (path: string): Promise<void> => rm(path, { recursive: true, force: true, maxRetries: 3 });

/** All but what is in the cluster's folder. */
async function clearMachine(files: ClusterFiles, found: FoundCluster, removed: string[]): Promise<void> {
  if (found.kind === 'known' && found.state.starter.pid !== process.pid) {
    await end('the `up` that was at work', found.state.starter, starterGraceMs, removed);
  }
  // That may have started one meanwhile, or taken all of it down.
  const state = await readClusterState(files.state);
  if (state?.supervisor !== undefined) {
    await end('the supervisor, with nodes and control plane', state.supervisor, supervisorGraceMs, removed);
  }
  await endOrphans(files, removed);
  await removeNetwork(removed);
  await unmount(files, removed);
}

async function end(
  what: string,
  identity: ProcessIdentity,
  graceMs: number,
  removed: string[],
): Promise<void> {
  if (!(await isAlive(identity))) return;
  signal(identity.pid, 'SIGTERM');
  const obeyed = await gone(identity, graceMs);
  if (!obeyed) {
    signal(identity.pid, 'SIGKILL');
    if (!(await gone(identity, killedWithinMs))) {
      throw clusterErrors.error('not-removed', `Process ${identity.pid}, ${what}, does not end.`);
    }
  }
  removed.push(`${obeyed ? 'ended' : 'killed'} ${what} (process ${identity.pid})`);
}

/** A process may end by itself before it is signalled. */
function signal(pid: number, name: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

async function gone(identity: ProcessIdentity, withinMs: number): Promise<boolean> {
  return eventually(async () => !(await isAlive(identity)), withinMs);
}

async function eventually(holds: () => Promise<boolean>, withinMs: number): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  while (!(await holds())) {
    if (performance.now() > deadline) return false;
    await delay(lookAgainMs);
  }
  return true;
}

/** The kernel ends the children of a supervisor with it, but for one that had not yet asked for that. */
async function endOrphans(files: ClusterFiles, removed: string[]): Promise<void> {
  const ours = async () => (await namespaceProcesses()).filter((process) => isOfCluster(process, files.data));
  const found = await ours();
  for (const { pid } of found) signal(pid, 'SIGKILL');
  if (!(await eventually(async () => (await ours()).length === 0, killedWithinMs))) {
    throw clusterErrors.error('not-removed', 'Processes of the cluster do not end by SIGKILL.');
  }
  if (found.length === 0) return;
  const pids = found.map(({ pid }) => pid).join(', ');
  removed.push(`killed what had no supervisor any more (process ${pids})`);
}

async function removeNetwork(removed: string[]): Promise<void> {
  const network = await findNetwork();
  if (network.device) {
    await runCommand(removalCommands.device);
    removed.push(`removed the device ${hostDevice}, and with it the route to the cluster`);
  }
  if (!network.namespace) return;
  const foreign = await namespaceProcesses();
  await runCommand(removalCommands.namespace);
  removed.push(`removed the network namespace ${clusterNamespace}`);
  if (foreign.length > 0) {
    removed.push(
      `left alone, in the namespace that has lost its name: ${foreign.map(({ pid }) => `process ${pid}`).join(', ')}`,
    );
  }
}

/** Else their contents would be removed with the folder. The innermost first. */
async function unmount(files: ClusterFiles, removed: string[]): Promise<void> {
  for (const mount of mountsBelow(await readFile('/proc/self/mountinfo', 'utf8'), files.folder)) {
    await runCommand(['umount', mount]);
    removed.push(`unmounted ${mount}`);
  }
}
