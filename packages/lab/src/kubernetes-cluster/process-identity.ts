import { readFile, readlink } from 'node:fs/promises';
import { processIn } from '../control-plane/bed-folder';

/** One process, and no other that has its pid later, after a reboot, or in another container. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks from the machine's start to the process', proc_pid_stat(5). */
  readonly startTicks: string;
  /** `pid:[4026531836]`, pid_namespaces(7). */
  readonly pidNamespace: string;
  /** Of /proc/sys/kernel/random/boot_id: another one after each boot. */
  readonly bootId: string;
}

/** This process. */
export async function ownIdentity(): Promise<ProcessIdentity> {
  const { startTicks } = processIn(await readFile('/proc/self/stat', 'utf8'));
  return { pid: process.pid, startTicks, ...(await ownSurroundings()) };
}

/** Whether that process still runs, and can be seen and signalled from here. */
export async function isAlive(identity: ProcessIdentity): Promise<boolean> {
  const { pidNamespace, bootId } = await ownSurroundings();
  if (identity.bootId !== bootId || identity.pidNamespace !== pidNamespace) return false;
  const [stat] = await Promise.allSettled([readFile(`/proc/${identity.pid}/stat`, 'utf8')]);
  // Gone, or gone while it was read (ESRCH).
  if (stat.status === 'rejected') return false;
  const found = processIn(stat.value);
  return found.startTicks === identity.startTicks && !found.hasEnded;
}

async function ownSurroundings(): Promise<Pick<ProcessIdentity, 'pidNamespace' | 'bootId'>> {
  const bootId = await readFile('/proc/sys/kernel/random/boot_id', 'utf8');
  return { pidNamespace: await readlink('/proc/self/ns/pid'), bootId: bootId.trim() };
}
