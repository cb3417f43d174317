import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClusterFiles } from './cluster-folder';

/**
 * Names of the nodes whose link is cut. A file each, beside the cluster's own, which its supervisor alone changes: two who
 * cut links at the same time do not undo each other's note.
 */
export async function readCutLinks({ cutLinks }: ClusterFiles): Promise<readonly string[]> {
  const [names] = await Promise.allSettled([readdir(cutLinks)]);
  return names.status === 'fulfilled' ? names.value.sort() : [];
}

/** Notes that a node's link is cut. */
export async function noteCutLink({ cutLinks }: ClusterFiles, node: string): Promise<void> {
  await mkdir(cutLinks, { recursive: true });
  await writeFile(join(cutLinks, node), '');
}

/** Notes that it is not. */
export async function noteMendedLink({ cutLinks }: ClusterFiles, node: string): Promise<void> {
  await rm(join(cutLinks, node), { force: true });
}
