import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { markUsed, prune } from '../kernel/cache-entries';
import { makeWorkFolder, publish } from '../kernel/kernel-cache';
import { debianKeyring, machineMirrors } from '../kernel/private-apt';
import type { Progress } from '../kernel/progress';
import { runProgram } from '../kernel/run-program';
import { nodeErrors } from './node-errors';
import { debootstrapCommand, debootstrapFromAny, nodePackages, suite } from './root-tree-debootstrap';
import { shortDigest } from './short-digest';

/** Written last into a tree. */
export const rootManifestName = 'node-root.json';

/** What is mounted on a node beyond what Debian has a folder for: the host's file system, images, the kernel's modules. */
const mountPoints = ['host', 'images', 'usr/lib/modules'] as const;

/** Nobody reads these on a node; without them the tree has half its files. */
const superfluous = [
  'usr/share/doc',
  'usr/share/info',
  'usr/share/locale',
  'usr/share/man',
  'var/cache/apt',
  'var/cache/debconf',
  'var/lib/apt/lists',
  'var/log/bootstrap.log',
  'var/log/dpkg.log',
] as const;

/** Of a mount point: who is in a pod has to go through it. */
const mountPointMode = 0o755;

/** A Debian tree that a node's kernel has as its root, read-only. */
export interface NodeRoot {
  readonly folder: string;
  /** How it was made, as 8 hexadecimal digits. */
  readonly key: string;
  /** Debian's version of its containerd, `2.1.9+ds1-5`. */
  readonly version: string;
}

export interface EnsureNodeRootOptions {
  /** podlag's cache folder, for instance `~/.cache/podlag`. */
  readonly cache: string;
  readonly progress: Progress;
}

/** What a tree says of itself. */
interface RootManifest {
  /** Debian's versions of what was asked for by name. */
  readonly packages: Readonly<Record<(typeof nodePackages)[number], string>>;
}

/** By all that a tree is made of, wherever Debian's archive is: one that is made otherwise is another one. */
const key = shortDigest([
  debootstrapCommand({ mirror: '', keyring: undefined }, ''),
  ...[superfluous, mountPoints, mountPointMode],
]);

/** The names of all trees in a cache. */
const rootNames = /^node-root-/;

/** The tree's place in a cache, whether it is there or not. */
export const nodeRootFolder = (cache: string): string => join(cache, `node-root-${suite}-${key}`);

/**
 * The root tree of the nodes: from the cache, or else made by debootstrap from the machine's own Debian mirrors, whose
 * signature is checked. Only a finished tree ever has the name by which it is found. Root only: files belong to other
 * users.
 *
 * @throws PodlagError `root-tree-failed`; `missing-program` without debootstrap
 */
export async function ensureNodeRoot({ cache, progress }: EnsureNodeRootOptions): Promise<NodeRoot> {
  const folder = nodeRootFolder(cache);
  const cached = await readNodeRoot(folder);
  if (cached !== undefined) {
    await markUsed(folder);
    return cached;
  }
  requireRoot();
  const work = await makeWorkFolder(cache);
  try {
    await progress.step(`making the nodes' root tree of Debian ${suite} (half a minute, once)`, async () => {
      const tree = await makeTree(work);
      await finish(tree);
      await publish(tree, folder);
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  const root = await readNodeRoot(folder);
  if (root !== undefined) {
    await prune(cache, rootNames);
    return root;
  }
  throw nodeErrors.error('root-tree-failed', `${folder} is there, but is no finished tree.`, {
    hint: `Remove ${folder}, then try again.`,
  });
}

function requireRoot(): void {
  if (process.getuid?.() === 0) return;
  throw nodeErrors.error('root-tree-failed', "Only root can make the node's root tree.", {
    hint: 'Run this as root.',
  });
}

async function makeTree(work: string): Promise<string> {
  const [mirrors, keyring] = await Promise.all([machineMirrors(), debianKeyring()]);
  if (mirrors.length === 0) {
    throw nodeErrors.error('root-tree-failed', 'apt knows no Debian mirror on this machine.', {
      hint: 'Add a Debian mirror to /etc/apt/sources.list.d, run `apt-get update`, then try again.',
    });
  }
  const sources = mirrors.map(({ uri }) => ({ mirror: uri, keyring }));
  return debootstrapFromAny(sources, work);
}

/** Slims a tree, gives it its mount points, and writes into it what it is. */
export async function finish(tree: string): Promise<void> {
  for (const path of superfluous) await rm(join(tree, path), { recursive: true, force: true });
  for (const path of mountPoints) {
    await mkdir(join(tree, path), { recursive: true });
    await chmod(join(tree, path), mountPointMode);
  }
  const manifest: RootManifest = { packages: await versionsIn(tree) };
  await writeFile(join(tree, rootManifestName), JSON.stringify(manifest, undefined, 2));
}

/** dpkg-query fails where it does not know one of them. */
async function versionsIn(tree: string): Promise<RootManifest['packages']> {
  const { code, stdout, stderr } = await runProgram('dpkg-query', [
    `--admindir=${join(tree, 'var/lib/dpkg')}`,
    '--show',
    '--showformat=${Package} ${Version}\\n',
    ...nodePackages,
  ]);
  if (code !== 0) throw nodeErrors.error('root-tree-failed', `The tree lacks a package: ${stderr.trim()}`);
  const lines = stdout.trim().split('\n');
  return Object.fromEntries(lines.map((line) => line.split(' '))) as RootManifest['packages'];
}

/** Undefined where there is no finished tree. */
async function readNodeRoot(folder: string): Promise<NodeRoot | undefined> {
  const path = join(folder, rootManifestName);
  if (!existsSync(path)) return undefined;
  const { packages } = JSON.parse(await readFile(path, 'utf8')) as RootManifest;
  return { folder, key, version: packages.containerd };
}
