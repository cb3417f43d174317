import { readdir, readFile } from 'node:fs/promises';

/** Processes of Node whose environment has that variable with that value, or with any. */
export async function nodesWith(variable: string, value?: string): Promise<readonly number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^[0-9]+$/.test(name)).map(Number);
  const found = await Promise.all(pids.map(async (pid) => ((await isIt(pid, variable, value)) ? [pid] : [])));
  return found.flat();
}

async function isIt(pid: number, variable: string, value: string | undefined): Promise<boolean> {
  const [program = ''] = await listOf(pid, 'cmdline');
  if (!/(^|\/)node$/.test(program)) return false;
  const start = value === undefined ? `${variable}=` : `${variable}=${value}`;
  return (await listOf(pid, 'environ')).some((entry) =>
    value === undefined ? entry.startsWith(start) : entry === start,
  );
}

/** Empty for a process that has ended meanwhile. */
async function listOf(pid: number, file: 'cmdline' | 'environ'): Promise<readonly string[]> {
  const all = await readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');
  return all.split('\0').filter((entry) => entry !== '');
}
