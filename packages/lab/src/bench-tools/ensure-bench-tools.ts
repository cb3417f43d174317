import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isPodlagError } from '@podlag/core';
import { markUsed, prune } from '../kernel/cache-entries';
import { sourceLine } from '../kernel/debian-mirror';
import { makeWorkFolder, publish } from '../kernel/kernel-cache';
import { debianKeyring, machineMirrors, PrivateApt } from '../kernel/private-apt';
import type { Progress } from '../kernel/progress';
import { runProgram } from '../kernel/run-program';
import { unpack } from '../kernel/uml-package';
import { benchToolsErrors } from './bench-tools-errors';
import { assembleTools, libraryPackages, programs, suite, toolPackages } from './debian-tools';
import { buildFortio, readFortioModule, type FortioModule, type GoEnvironment } from './fortio-build';
import { cachedTools, recipeDigest, toolsFolderName, toolsFolders } from './tools-folder';

export interface EnsureBenchToolsOptions {
  /** podlag's cache folder, for instance `~/.cache/podlag`. */
  readonly cache: string;
  /** The folder of the Go module that brings fortio. */
  readonly module: string;
  readonly progress: Progress;
  readonly env: GoEnvironment;
}

/** The tools that the benchmarks run. */
export interface BenchTools {
  /** The folder to put on PATH: iperf3, netperf, netserver, qperf and fortio. */
  readonly path: string;
}

/**
 * The tools of the benchmarks: from the cache, or else iperf3, netperf and qperf with their libraries from Debian, and
 * fortio built by Go; a minute, the first time. Needs no root and leaves the system's package state alone. Only a finished
 * folder ever has the name by which it is found.
 *
 * @throws PodlagError of bench-tools-errors.ts, or of kernel-errors.ts for a download that fails
 */
export async function ensureBenchTools(options: EnsureBenchToolsOptions): Promise<BenchTools> {
  const module = await readFortioModule(options.module);
  const digest = recipeDigest(module);
  const cached = await cachedTools(options.cache, digest);
  const folder = cached ?? (await make(module, digest, options));
  await markUsed(folder);
  return { path: join(folder, 'bin') };
}

async function make(module: FortioModule, digest: string, options: EnsureBenchToolsOptions): Promise<string> {
  requireMachine();
  const { cache, progress, env } = options;
  const work = await makeWorkFolder(cache);
  try {
    const made = join(work, 'tools');
    const versions = await fromDebian(work, made, progress);
    await progress.step(`building fortio ${module.version} (about 30 s the first time, on two cores)`, () =>
      buildFortio(module, join(made, 'bin/fortio'), env),
    );
    await proveThatTheyStart(join(made, 'bin'));
    const folder = join(cache, toolsFolderName([...versions, module.version], digest));
    await publish(made, folder);
    await prune(cache, toolsFolders);
    return folder;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Puts Debian's tools into a folder. Answers their versions. */
async function fromDebian(work: string, made: string, progress: Progress): Promise<readonly string[]> {
  await mkdir(made);
  const apt = await PrivateApt.in(join(work, 'apt'));
  await progress.step(`reading Debian's index of ${suite}`, () => findSuite(apt));
  const versions = await Promise.all(toolPackages.map((name) => offered(apt, name)));
  const names = toolPackages.map((name, index) => `${name} ${versions[index] ?? ''}`);
  await progress.step(`downloading ${names.join(', ')} (about 7 MB)`, async () => {
    await unpack(await apt.download([...toolPackages, ...libraryPackages]), join(work, 'unpacked'));
    await assembleTools(join(work, 'unpacked'), made);
  });
  return versions;
}

/** Leaves `apt` at the first mirror that has the suite. */
async function findSuite(apt: PrivateApt): Promise<void> {
  const [mirrors, keyring] = await Promise.all([machineMirrors(), debianKeyring()]);
  const refusals: string[] = [];
  for (const mirror of mirrors) {
    try {
      await apt.update(sourceLine(mirror, suite, keyring));
      return;
    } catch (error) {
      // A mirror without the suite is no error as long as another one has it.
      if (!isPodlagError(error, 'download-failed')) throw error;
      refusals.push(error.detail);
    }
  }
  throw benchToolsErrors.error(
    'tools-not-to-be-had',
    `None of ${mirrors.length} Debian mirrors offers ${suite}.\n${refusals.join('\n')}`,
  );
}

async function offered(apt: PrivateApt, name: string): Promise<string> {
  const version = await apt.versionOf(name);
  if (version !== undefined) return version;
  throw benchToolsErrors.error('tools-not-to-be-had', `Debian's ${suite} has no ${name} here.`);
}

function requireMachine(): void {
  if (process.platform === 'linux' && process.arch === 'x64') return;
  throw benchToolsErrors.error(
    'tools-not-to-be-had',
    `Debian's packages are taken for x86_64 Linux, and this is ${process.arch} ${process.platform}.`,
    { hint: 'Put iperf3, netperf, qperf and fortio on PATH yourself, or use the built-in probes.' },
  );
}

async function proveThatTheyStart(bin: string): Promise<void> {
  for (const [program, args] of Object.entries({ ...programs, fortio: ['version'] })) {
    const { code, stderr } = await runProgram(join(bin, program), args);
    if (code !== 0) {
      throw benchToolsErrors.error('tools-broken', `${program} ${args.join(' ')} failed: ${stderr.trim()}`);
    }
  }
}
