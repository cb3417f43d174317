import { mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { endOfLog } from '../control-plane/server-process';
import { runInKernel } from '../kernel/boot';
import { cacheEntries, markUsed, prune } from '../kernel/cache-entries';
import { makeWorkFolder, type UmlKernel } from '../kernel/kernel-cache';
import type { Progress } from '../kernel/progress';
import { runProgram } from '../kernel/run-program';
import { baseDisk, diskName, diskNames } from './disk-cache';
import { archiveDigest, readImageNames } from './image-archive';
import { containerdConfig, madeFiles } from './node-files';
import { nodeErrors } from './node-errors';
import { imageNamesFile, nodeScript, scriptEnvironment } from './node-script';
import type { NodeRoot } from './root-tree';
import { requireSeen } from './seen-path';
import { shortDigest } from './short-digest';

/** What a disk can hold. It is sparse: on the host it takes what is in it. */
const diskSize = 6 * 2 ** 30;

/** Without a journal, and with all its tables now: both would be written by the nodes, in each its own copy. */
const formatOptions = ['-q', '-F', '-m', '0', '-O', '^has_journal', '-E', 'lazy_itable_init=0'] as const;

/** Of the kernel that prepares a disk. */
const memoryMb = 2048;

export interface EnsureNodeDiskOptions {
  /** podlag's cache folder. */
  readonly cache: string;
  readonly root: NodeRoot;
  readonly kernel: UmlKernel;
  /** An OCI layout as a tar archive named `images-DIGEST.tar`, every image with its full name. */
  readonly images: string;
  readonly progress: Progress;
  /** When it aborts, the disk is not made. */
  readonly signal?: AbortSignal;
}

/**
 * A disk that holds containerd's data with all images imported: from the cache, or else made in a kernel by the containerd
 * that the nodes have. Only a finished disk ever has the name by which it is found. Two disks are kept.
 *
 * @returns the image file, to be copied by copyNodeDisk for each node
 * @throws PodlagError `disk-failed`, `hostfs-unreadable`, `missing-program` without mkfs.ext4
 */
export async function ensureNodeDisk(options: EnsureNodeDiskOptions): Promise<string> {
  const { cache, root, images, progress } = options;
  const maker = diskMaker(root);
  const name = diskName(maker, archiveDigest(images));
  const disk = join(cache, name);
  const cached = await cacheEntries(cache, diskNames);
  if (cached.some((found) => found.name === name)) {
    await markUsed(disk);
    return disk;
  }
  const names = await readImageNames(images);
  const base = baseDisk(cached, maker);
  const title = `importing ${names.length} images into the nodes' disk (${base === undefined ? 'half a minute' : 'what is new of them'})`;
  await progress.step(title, () => make(options, disk, names, base));
  await prune(cache, diskNames);
  return disk;
}

/** Containerd is the tree's; what another version of it wrote may not be read by it. */
function diskMaker({ key, version }: NodeRoot): string {
  return shortDigest([key, version, nodeScript, containerdConfig, diskSize, ...formatOptions]);
}

/** Copies a disk without its holes; at once where the file system shares blocks. */
export async function copyNodeDisk(disk: string, to: string): Promise<void> {
  await must('cp', ['--sparse=always', '--reflink=auto', '--', disk, to]);
}

async function make(
  options: EnsureNodeDiskOptions,
  disk: string,
  names: readonly string[],
  base: string | undefined,
): Promise<void> {
  const work = await makeWorkFolder(options.cache);
  try {
    const unfinished = join(work, 'disk.img');
    if (base === undefined) await format(unfinished);
    else await copyNodeDisk(join(options.cache, base), unfinished);
    await importImages(options, work, names, base);
    await flush(unfinished);
    await rename(unfinished, disk);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function format(file: string): Promise<void> {
  const handle = await open(file, 'w');
  try {
    await handle.truncate(diskSize);
  } finally {
    await handle.close();
  }
  await must('mkfs.ext4', [...formatOptions, file]);
}

async function importImages(
  { root, kernel, images, signal }: EnsureNodeDiskOptions,
  work: string,
  names: readonly string[],
  base: string | undefined,
): Promise<void> {
  const [files, logs] = [join(work, 'files'), join(work, 'logs')];
  requireSeen([work, images, root.folder]);
  await Promise.all([mkdir(files), mkdir(logs)]);
  await writeFile(join(files, madeFiles.script), nodeScript);
  await writeFile(join(files, madeFiles.containerd), containerdConfig);
  await writeFile(join(files, imageNamesFile), names.map((name) => `${name}\n`).join(''));
  const log = join(logs, 'console.log');
  const output = (await open(log, 'w')).createWriteStream();
  const code = await runInKernel(kernel, {
    argv: ['/bin/bash', join(files, madeFiles.script)],
    cwd: '/',
    env: scriptEnvironment(
      { kind: 'prepare', archive: images },
      { tree: root.folder, kernel: kernel.folder, files, logs },
    ),
    stdio: { kind: 'streams', stdout: output, stderr: output },
    devices: { disk: join(work, 'disk.img') },
    memoryMb,
    ...(signal === undefined ? {} : { signal }),
  }).finally(() => output.end());
  signal?.throwIfAborted();
  if (code === 0) return;
  throw nodeErrors.error('disk-failed', `The images could not be imported:\n${await endOfLog(log)}`, {
    ...(base === undefined
      ? {}
      : { hint: `If the old disk that it began with is broken, remove ${base} from the cache.` }),
  });
}

/** A file of this name is whole, also when the machine has lost its power since. */
async function flush(file: string): Promise<void> {
  const handle = await open(file, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function must(program: string, args: readonly string[]): Promise<void> {
  const { code, stderr } = await runProgram(program, args);
  if (code !== 0) throw nodeErrors.error('disk-failed', `${program} failed: ${stderr.trim()}`);
}
