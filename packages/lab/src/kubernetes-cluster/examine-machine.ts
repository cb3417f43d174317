import { existsSync } from 'node:fs';
import { readFile, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isPodlagError } from '@podlag/core';
import type { GoEnvironment } from '../control-plane/go-build';
import type { ClusterProgramName } from '../control-plane/kubernetes';
import { memoryFolder } from '../kernel';
import { cachedKernel } from '../kernel/kernel-cache';
import { runProgram } from '../kernel/run-program';
import { nodeRootFolder } from '../node/root-tree';
import type { ClusterOptions } from './cluster-state';
import { diskNeeds, type DiskNeed, type ToMake } from './disk-needs';
import { findNetwork, runCommand, type CommandLine } from './host-network';
import type { Disk, Machine, Trial } from './requirements';

export interface ExamineMachineOptions {
  /** podlag's cache folder. */
  readonly cache: string;
  /** The cluster's own folder. */
  readonly folder: string;
  readonly cluster: ClusterOptions;
  /** The programs that are still to be built, see missingPrograms. */
  readonly missing: readonly ClusterProgramName[];
  /** The user's environment: go's caches are where it says. */
  readonly env: GoEnvironment;
}

/** Looks at this machine. Root or not, nothing stays of what is tried. */
export async function examineMachine(options: ExamineMachineOptions): Promise<Machine> {
  return {
    isRoot: process.getuid?.() === 0,
    platform: process.platform,
    arch: process.arch,
    tap: await trial(['unshare', '--net', 'ip', 'tuntap', 'add', 'dev', 'podlag-try', 'mode', 'tap']),
    nat: await trial(['unshare', '--net', 'nft', natTables]),
    routes: await routes(),
    network: await findNetwork(),
    availableMemoryMb: availableMemoryMb(await readFile('/proc/meminfo', 'utf8')),
    disks: await Promise.all(diskNeeds(await toMake(options)).map(disk)),
  };
}

/** One rule of each kind that kube-proxy makes. */
const natTables = [
  'add table ip podlag-try',
  'add chain ip podlag-try to { type nat hook prerouting priority dstnat; }',
  'add rule ip podlag-try to ip daddr 192.0.2.1 tcp dport 80 dnat to 192.0.2.2:80',
  'add chain ip podlag-try from { type nat hook postrouting priority srcnat; }',
  'add rule ip podlag-try from masquerade',
].join('; ');

async function trial([program, ...args]: CommandLine): Promise<Trial> {
  try {
    const { code, stderr } = await runProgram(program, args);
    return code === 0 ? { kind: 'works' } : { kind: 'refused', message: stderr.trim() };
  } catch (error) {
    if (isPodlagError(error, 'missing-program')) return { kind: 'refused', message: error.detail };
    throw error;
  }
}

/** Of every table: what a VPN has in one of its own counts too. */
async function routes(): Promise<readonly string[]> {
  const list = await runCommand(['ip', '-json', '-4', 'route', 'show', 'table', 'all']);
  return (JSON.parse(list) as readonly { readonly dst: string }[]).map(({ dst }) => dst);
}

/** MemAvailable of a /proc/meminfo, in MiB. */
export function availableMemoryMb(meminfo: string): number {
  const [, kilobytes = '0'] = /^MemAvailable: +(\d+) kB$/m.exec(meminfo) ?? [];
  return Math.floor(Number(kilobytes) / 1024);
}

async function toMake({ cache, folder, cluster, missing, env }: ExamineMachineOptions): Promise<ToMake> {
  const { isDisk } = await memoryFolder(cluster.nodes * cluster.memoryMb, folder);
  return {
    ...{ cache, folder, cluster, memoryOnDisk: isDisk },
    lacking: {
      programs: missing,
      root: !existsSync(nodeRootFolder(cache)),
      kernel: (await cachedKernel(cache)) === undefined,
      images: !existsSync(join(cache, 'images')),
    },
    go: missing.length === 0 ? undefined : await goCaches(env),
  };
}

async function goCaches(env: GoEnvironment): Promise<ToMake['go']> {
  // Outside of every module, where no other Go is fetched to answer this.
  const options = { env, cwd: '/' };
  const [answer] = await Promise.allSettled([runProgram('go', ['env', 'GOCACHE', 'GOMODCACHE'], options)]);
  if (answer.status === 'rejected' || answer.value.code !== 0) return undefined;
  const [build = '', modules = ''] = answer.value.stdout.trim().split('\n');
  return { build, modules };
}

async function disk(need: DiskNeed): Promise<Disk> {
  const there = await existing(need.folder);
  const [{ bavail, bsize }, { dev }] = await Promise.all([statfs(there), stat(there)]);
  return { ...need, device: dev, freeMb: Math.floor((bavail * bsize) / 1_000_000) };
}

/** The folder, or the nearest one above it that there is. */
async function existing(folder: string): Promise<string> {
  const [found] = await Promise.allSettled([stat(folder)]);
  return found.status === 'fulfilled' ? folder : existing(dirname(folder));
}
