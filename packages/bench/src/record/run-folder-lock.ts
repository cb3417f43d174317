import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { benchErrors } from '../bench-errors';
import { isAbsent } from './run';

const lockFile = 'writer.lock';

/** A process that writes into a run's folder. */
interface Writer {
  readonly host: string;
  readonly pid: number;
  /** When it began, as its kernel says; `-` where that cannot be read. Numbers of processes are given again. */
  readonly begun: string;
}

/**
 * Keeps other processes from writing into the folder, which is made where it is not there, until the function that it gives is
 * called. What has died holds no lock.
 *
 * @throws PodlagError `run-in-use` while another process has it
 */
export async function lockRunFolder(folder: string): Promise<() => Promise<void>> {
  const file = join(folder, lockFile);
  await mkdir(folder, { recursive: true });
  const writer = await writerOf(file);
  if (writer !== undefined && (await isAlive(writer))) throw inUse(folder, file, writer);
  await rm(file, { force: true });
  const { pid } = process;
  const text = [hostname(), pid, await begunAt(pid)].join(' ');
  await writeFile(file, text, { flag: 'wx' }).catch(async (error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw inUse(folder, file, await writerOf(file));
  });
  return () => rm(file, { force: true });
}

/** Undefined where there is none, or one that was not written to its end. */
async function writerOf(file: string): Promise<Writer | undefined> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (isAbsent(error)) return '';
    throw error;
  });
  const [host = '', pid, begun] = text.split(' ');
  return begun === undefined ? undefined : { host, pid: Number(pid), begun };
}

/** Of a process of another machine nobody here knows whether it has died. */
async function isAlive({ host, pid, begun }: Writer): Promise<boolean> {
  if (host !== hostname()) return true;
  return isThere(pid) && (await begunAt(pid)) === begun;
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Another user's.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** proc_pid_stat(5): field 22, counted from behind the program's name, which may have blanks in it. */
async function begunAt(pid: number): Promise<string> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? '-';
}

function inUse(folder: string, file: string, writer: Writer | undefined): Error {
  const who = writer === undefined ? 'another process' : `process ${writer.pid} on ${writer.host}`;
  return benchErrors.error('run-in-use', `${who} writes into ${folder}`, {
    hint: `Let it go on, or end it; if it has died on another machine: rm ${file}. With another --results the run comes there as well.`,
  });
}
