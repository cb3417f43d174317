import { readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The files that processes of this machine run or have open, as far as the caller may see: root sees all. A kernel in a
 * process has open on the host what is read inside.
 */
export async function openPaths(): Promise<readonly string[]> {
  const processes = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  return (await Promise.all(processes.map((pid) => pathsOf(join('/proc', pid))))).flat();
}

async function pathsOf(process: string): Promise<readonly string[]> {
  const [descriptors] = await Promise.allSettled([readdir(join(process, 'fd'))]);
  const numbers = descriptors.status === 'fulfilled' ? descriptors.value : [];
  const links = ['exe', ...numbers.map((number) => join('fd', number))];
  // A process ends, or a file is closed, while this looks at it; others' processes are not for everyone to see.
  const targets = await Promise.allSettled(links.map((link) => readlink(join(process, link))));
  return targets.flatMap((target) => (target.status === 'fulfilled' ? [target.value] : []));
}
