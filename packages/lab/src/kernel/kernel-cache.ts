import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { compareKernelVersions, isUsableKernelVersion } from './kernel-version';

/** A kernel that is ready to boot. */
export interface UmlKernel {
  readonly folder: string;
  /** Version of the Debian package, `7.2um1`. */
  readonly version: string;
  /** What `uname -r` says in it, `7.2.7`. */
  readonly release: string;
}

/** Written last into a kernel's folder. */
export const manifestName = 'kernel.json';

const prefix = 'kernel-';

/** The names of all kernels in a cache. */
export const kernelNames = new RegExp(`^${prefix}`);

const workPrefix = 'unfinished-';
const abandonedAfterMs = 24 * 60 * 60 * 1000;

/** podlag's cache folder by the base directory specification, to which an empty or relative variable is none. */
export function podlagCache(xdgCacheHome: string | undefined, home: string): string {
  const base = xdgCacheHome !== undefined && isAbsolute(xdgCacheHome) ? xdgCacheHome : join(home, '.cache');
  return join(base, 'podlag');
}

/** The program itself. */
export const kernelBinary = (kernel: Pick<UmlKernel, 'folder'>): string => join(kernel.folder, 'bin/linux');

export const kernelFolder = (cache: string, version: string): string => join(cache, `${prefix}${version}`);

/** The newest usable kernel in the cache. What was not finished has another name, and is not seen. */
export async function cachedKernel(cache: string): Promise<UmlKernel | undefined> {
  const versions = (await entries(cache))
    .filter((name) => name.startsWith(prefix))
    .map((name) => name.slice(prefix.length))
    .filter(isUsableKernelVersion)
    .sort(compareKernelVersions);
  const newest = versions.at(-1);
  return newest === undefined ? undefined : readKernel(kernelFolder(cache, newest), newest);
}

/** A folder to build in, beside the place where the result goes: a rename never crosses file systems. */
export async function makeWorkFolder(cache: string): Promise<string> {
  await mkdir(cache, { recursive: true });
  await removeAbandoned(cache);
  return mkdtemp(join(cache, workPrefix));
}

/** What a caller left behind who was killed outright. Nobody works on one kernel for as long as this. */
async function removeAbandoned(cache: string): Promise<void> {
  for (const name of (await entries(cache)).filter((entry) => entry.startsWith(workPrefix))) {
    const folder = join(cache, name);
    const { mtimeMs } = await stat(folder);
    if (Date.now() - mtimeMs > abandonedAfterMs) await rm(folder, { recursive: true, force: true });
  }
}

/** Puts a finished folder in its place. When another caller was faster, theirs stays: both hold the same. */
export async function publish(built: string, folder: string): Promise<void> {
  try {
    await rename(built, folder);
  } catch (error) {
    if (!isTaken(error)) throw error;
    await rm(built, { recursive: true });
  }
}

async function readKernel(folder: string, version: string): Promise<UmlKernel> {
  const manifest = JSON.parse(await readFile(join(folder, manifestName), 'utf8')) as { release: string };
  return { folder, version, release: manifest.release };
}

async function entries(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  }
}

const isTaken = (error: unknown): boolean => hasCode(error, 'ENOTEMPTY') || hasCode(error, 'EEXIST');

/** By its code alone: an error of Node's own is no instance of the Error of a test's realm. */
const hasCode = (error: unknown, code: string): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === code;
