import { rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { isPodlagError } from '@podlag/core';
import { markUsed, prune } from './cache-entries';
import { sourceLine, type DebianMirror } from './debian-mirror';
import {
  cachedKernel,
  kernelBinary,
  kernelFolder,
  kernelNames,
  makeWorkFolder,
  publish,
  type UmlKernel,
} from './kernel-cache';
import { kernelErrors } from './kernel-errors';
import { isUsableKernelVersion, oldestUsable } from './kernel-version';
import { debianKeyring, machineMirrors, PrivateApt } from './private-apt';
import type { Progress } from './progress';
import { runProgram } from './run-program';
import { assemble, packageNames, umlPackage, unpack } from './uml-package';

/** Debian suites that carry a kernel new enough, the steadier first. */
const suites = ['forky', 'sid'] as const;

/** Packages, unpacked tree and index together, at their largest. */
const roomNeededMb = 400;

export interface EnsureKernelOptions {
  /** podlag's cache folder, for instance `~/.cache/podlag`. */
  readonly cache: string;
  readonly progress: Progress;
}

/**
 * Debian's User-Mode Linux, ready to boot: from the cache, or else downloaded, unpacked and tied to its C library. Needs no
 * root and leaves the system's package state alone. Only a finished kernel ever has the name by which it is found.
 *
 * @throws PodlagError of kernel-errors.ts
 */
export async function ensureKernel(options: EnsureKernelOptions): Promise<UmlKernel> {
  const cached = await cachedKernel(options.cache);
  if (cached !== undefined) {
    await markUsed(cached.folder);
    return cached;
  }
  requireMachine();
  const work = await makeWorkFolder(options.cache);
  try {
    await requireRoom(work);
    return await build(work, options);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function build(work: string, { cache, progress }: EnsureKernelOptions): Promise<UmlKernel> {
  const apt = await PrivateApt.in(join(work, 'apt'));
  const offer = await findOffer(apt, progress);
  const debs = await progress.step(`downloading ${umlPackage} ${offer.version} (about 40 MB)`, () =>
    apt.download(packageNames),
  );
  const folder = kernelFolder(cache, offer.version);
  await progress.step('unpacking it', async () => {
    await unpack(debs, join(work, 'unpacked'));
    await assemble(join(work, 'unpacked'), join(work, 'kernel'), folder);
    await publish(join(work, 'kernel'), folder);
  });
  const kernel = await cachedKernel(cache);
  if (kernel === undefined) throw kernelErrors.error('kernel-broken', `${folder} is gone again.`);
  await proveThatItStarts(kernel);
  await prune(cache, kernelNames);
  return kernel;
}

interface Offer {
  readonly version: string;
}

/** Leaves `apt` at the first mirror and suite that offer a kernel new enough. */
async function findOffer(apt: PrivateApt, progress: Progress): Promise<Offer> {
  const mirrors = await machineMirrors();
  if (mirrors.length === 0) {
    throw kernelErrors.error('no-debian-mirror', 'apt knows no Debian mirror on this machine.');
  }
  const keyring = await debianKeyring();
  const refusals: string[] = [];
  for (const mirror of mirrors) {
    for (const suite of suites) {
      const version = await progress.step(`reading Debian's index of ${suite}`, () =>
        offeredVersion(apt, sourceLine(mirror, suite, keyring), refusals),
      );
      if (version !== undefined && isUsableKernelVersion(version)) return { version };
      if (version !== undefined) refusals.push(`${suite} has ${umlPackage} ${version}`);
    }
  }
  throw noOffer(mirrors, refusals);
}

/** A mirror without the suite, or of something else than Debian, is no error as long as another one has it. */
async function offeredVersion(
  apt: PrivateApt,
  source: string,
  refusals: string[],
): Promise<string | undefined> {
  try {
    await apt.update(source);
  } catch (error) {
    if (!isPodlagError(error, 'download-failed')) throw error;
    refusals.push(error.detail);
    return undefined;
  }
  return apt.versionOf(umlPackage);
}

function noOffer(mirrors: readonly DebianMirror[], refusals: readonly string[]): Error {
  const tooOld = refusals.some((refusal) => refusal.includes(`has ${umlPackage}`));
  return kernelErrors.error(
    tooOld ? 'kernel-too-old' : 'download-failed',
    `None of ${mirrors.length} Debian mirrors offers ${umlPackage} ${oldestUsable} or newer (older ones die at their ` +
      `first process on CPUs with AMX):\n${refusals.join('\n')}`,
  );
}

function requireMachine(): void {
  if (process.platform === 'linux' && process.arch === 'x64') return;
  throw kernelErrors.error(
    'unsupported-machine',
    `User-Mode Linux runs on x86_64 Linux, and this is ${process.arch} ${process.platform}.`,
  );
}

async function requireRoom(folder: string): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const freeMb = Math.floor((bavail * bsize) / 2 ** 20);
  if (freeMb >= roomNeededMb) return;
  throw kernelErrors.error(
    'disk-full',
    `${folder} has ${freeMb} MB left, and the kernel needs ${roomNeededMb} MB.`,
  );
}

async function proveThatItStarts(kernel: UmlKernel): Promise<void> {
  const { code, stderr } = await runProgram(kernelBinary(kernel), ['--version']);
  if (code === 0) return;
  throw kernelErrors.error('kernel-broken', `${kernelBinary(kernel)} --version failed: ${stderr.trim()}`, {
    hint: `Remove ${kernel.folder} and run \`podlag-lab kernel\` again.`,
  });
}
