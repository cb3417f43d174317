import { lstat } from 'node:fs/promises';
import type { ClusterFiles } from './cluster-folder';
import { readClusterState } from './cluster-state';
import { readCutLinks } from './cut-links';
import { isAlive } from './process-identity';
import type { FoundCluster } from './situation';

/** Looks for the cluster of this machine. Needs no root. */
export async function findCluster(files: ClusterFiles): Promise<FoundCluster> {
  const [folder] = await Promise.allSettled([lstat(files.folder)]);
  if (folder.status === 'rejected') return { kind: 'none' };
  const state = await readClusterState(files.state);
  if (state === undefined) return { kind: 'unknown' };
  const { starter, supervisor } = state;
  return {
    kind: 'known',
    state,
    cutLinks: await readCutLinks(files),
    starterRuns: await isAlive(starter),
    supervisorRuns: supervisor !== undefined && (await isAlive(supervisor)),
  };
}
