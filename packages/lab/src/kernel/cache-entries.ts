import { readdir, realpath, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { makeWorkFolder } from './kernel-cache';
import { openPaths } from './open-paths';

/** What is in the cache of one kind, a file or a folder. */
export interface CacheEntry {
  readonly name: string;
  /** When it was last asked for, in milliseconds of Date.now(). */
  readonly usedMs: number;
}

/** How many of a kind are kept: the one in use, and the one to go back to with another branch. */
const kept = 2;

/** All entries of a cache folder, which exists, whose whole name a pattern matches. */
export async function cacheEntries(cache: string, kind: RegExp): Promise<readonly CacheEntry[]> {
  const names = (await readdir(cache)).filter((name) => kind.test(name));
  const found = await Promise.allSettled(names.map((name) => entry(cache, name)));
  // Another caller may remove one between the two looks.
  return found.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
}

async function entry(cache: string, name: string): Promise<CacheEntry> {
  return { name, usedMs: (await stat(join(cache, name))).mtimeMs };
}

/** The one that was asked for last comes first. */
export function newestFirst(entries: readonly CacheEntry[]): readonly CacheEntry[] {
  return entries.toSorted((one, other) => other.usedMs - one.usedMs);
}

/** Those of one kind that nobody has asked for in a while. */
export function superfluous(entries: readonly CacheEntry[]): readonly string[] {
  return newestFirst(entries)
    .slice(kept)
    .map(({ name }) => name);
}

/** Says that an entry was asked for. In a cache that only others may write to, nothing is pruned by this caller either. */
export async function markUsed(path: string): Promise<void> {
  const now = new Date();
  await unless(['EACCES', 'EPERM', 'EROFS'], utimes(path, now, now));
}

/** Rejects as the work does, but not for these reasons. */
async function unless(codes: readonly string[], work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!codes.includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}

/**
 * Removes all of one kind but the two that were asked for last, and what a process still reads: a cluster that has been
 * up for long began with what is old by now. What is removed loses its name first, so that no half of it is ever found.
 */
export async function prune(cache: string, kind: RegExp): Promise<void> {
  const names = superfluous(await cacheEntries(cache, kind));
  if (names.length === 0) return;
  const [open, real] = await Promise.all([openPaths(), realpath(cache)]);
  const unused = names.filter((name) => !isOpen(join(real, name), open));
  const work = await makeWorkFolder(cache);
  try {
    // Another caller may have been faster, and what is another user's stays.
    for (const name of unused)
      await unless(['ENOENT', 'EACCES', 'EPERM'], rename(join(cache, name), join(work, name)));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

function isOpen(path: string, open: readonly string[]): boolean {
  return open.some((other) => other === path || other.startsWith(`${path}/`));
}
