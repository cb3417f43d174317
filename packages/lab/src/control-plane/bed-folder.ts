import { lstat, mkdtemp, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const prefix = 'podlag-control-plane-';
const ownerFile = 'owner';

/** The process that a bed's folder belongs to. A pid alone comes again, and means another process in another container. */
export interface BedOwner {
  readonly pid: string;
  /** Clock ticks from the machine's start to the process', proc_pid_stat(5). */
  readonly startTicks: string;
  /** `pid:[4026531836]`, pid_namespaces(7). */
  readonly pidNamespace: string;
}

/** Makes a folder for a bed of this process. */
export async function makeBedFolder(parent: string): Promise<string> {
  const folder = await mkdtemp(join(parent, prefix));
  const owner: BedOwner = {
    pid: String(process.pid),
    startTicks: processIn(await readFile('/proc/self/stat', 'utf8')).startTicks,
    pidNamespace: await ownPidNamespace(),
  };
  await writeFile(join(folder, ownerFile), ownerLine(owner));
  return folder;
}

/**
 * Removes what beds left behind whose owner was killed: in it is an administrator's token. Folders of other users, of
 * owners in other pid namespaces, and those that do not (yet) name an owner, stay.
 */
export async function sweepDeadBeds(parent: string): Promise<void> {
  const pidNamespace = await ownPidNamespace();
  for (const name of (await readdir(parent)).filter((entry) => entry.startsWith(prefix))) {
    const folder = join(parent, name);
    if (!(await isOwnFolder(folder))) continue;
    const owner = await ownerOf(folder);
    if (owner?.pidNamespace !== pidNamespace || (await isAlive(owner))) continue;
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** By lstat: in a folder that all may write to, somebody else's link could lead anywhere. */
async function isOwnFolder(path: string): Promise<boolean> {
  const found = await unlessGone(lstat(path));
  return found?.isDirectory() === true && found.uid === process.getuid?.();
}

async function ownerOf(folder: string): Promise<BedOwner | undefined> {
  const text = await unlessGone(readFile(join(folder, ownerFile), 'utf8'));
  return text === undefined ? undefined : parseOwner(text);
}

/** How a folder says whose it is. */
export function ownerLine({ pid, startTicks, pidNamespace }: BedOwner): string {
  return `${pid} ${startTicks} ${pidNamespace}\n`;
}

/** Undefined for what is not, or not yet, the whole line. */
export function parseOwner(line: string): BedOwner | undefined {
  const [, pid, startTicks, pidNamespace] = /^(\d+) (\d+) (pid:\[\d+\])\n$/.exec(line) ?? [];
  if (pid === undefined || startTicks === undefined || pidNamespace === undefined) return undefined;
  return { pid, startTicks, pidNamespace };
}

async function isAlive({ pid, startTicks }: BedOwner): Promise<boolean> {
  const stat = await unlessGone(readFile(`/proc/${pid}/stat`, 'utf8'));
  if (stat === undefined) return false;
  const found = processIn(stat);
  return found.startTicks === startTicks && !found.hasEnded;
}

/** What /proc/PID/stat says. */
export interface ProcessState {
  readonly startTicks: string;
  /** It is a zombie: nobody has waited for it. In a container whose first process waits for none, it stays one. */
  readonly hasEnded: boolean;
}

/** Reads a /proc/PID/stat, proc_pid_stat(5). */
export function processIn(stat: string): ProcessState {
  // The second field is the program's name, with spaces and parentheses of its own. The third is the state, the 22nd the start.
  const fromState = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { hasEnded: fromState[0] === 'Z', startTicks: fromState[22 - 3] ?? '' };
}

function ownPidNamespace(): Promise<string> {
  return readlink('/proc/self/ns/pid');
}

/** Undefined when the file, or the process that it is about, is not there, or is gone while it is read. */
async function unlessGone<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ESRCH') return undefined;
    throw error;
  }
}
