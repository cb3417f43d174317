import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isPodlagError, type PodlagError } from '@podlag/core';
import type { Manifest } from './manifest';
import { isAbsent, readError, readManifest } from './run';

/** A run among others. */
export type RunEntry =
  | { readonly kind: 'run'; readonly folder: string; readonly manifest: Manifest }
  /** One whose manifest cannot be read or understood. */
  | { readonly kind: 'broken'; readonly folder: string; readonly problem: PodlagError };

/**
 * The runs in `parent`, the last begun first, those that cannot be read at the end; none where there is no such folder.
 *
 * @throws PodlagError `invalid-run` where `parent` itself cannot be read
 */
export async function listRuns(parent: string): Promise<readonly RunEntry[]> {
  const entries = await readdir(parent, { withFileTypes: true }).catch((error: unknown) => {
    if (isAbsent(error)) return [];
    throw readError(error, parent);
  });
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(parent, name));
  const runs = await Promise.all(folders.map(entryOf));
  return runs.filter((entry) => entry !== undefined).toSorted(lastFirst);
}

/** Undefined for a folder that is no run's. */
async function entryOf(folder: string): Promise<RunEntry | undefined> {
  try {
    return { kind: 'run', folder, manifest: await readManifest(folder) };
  } catch (error) {
    if (isPodlagError(error, 'run-not-found')) return undefined;
    if (isPodlagError(error)) return { kind: 'broken', folder, problem: error };
    throw error;
  }
}

function lastFirst(one: RunEntry, other: RunEntry): number {
  return startOf(other).localeCompare(startOf(one), 'en') || one.folder.localeCompare(other.folder, 'en');
}

/** RFC 3339 in UTC sorts as text; nothing comes before all of them. */
function startOf(entry: RunEntry): string {
  return entry.kind === 'run' ? entry.manifest.startedAt : '';
}
