import { chmod, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { clusterFiles, type ClusterFiles } from './cluster-folder';
import { readClusterState } from './cluster-state';
import { isAlive } from './process-identity';

/** From the folder to the file that says who makes it: far less. */
const fileWithinMs = 60_000;

/**
 * Makes the cluster's folder with its contents from the first moment on: of two at once, one gets the name.
 *
 * @param fill makes the contents, the cluster's file first: it says whether somebody still wants the draft
 * @throws Error with `ENOTEMPTY` or `EEXIST` when there is such a folder; whatever `fill` throws
 */
export async function makeByDraft(
  { folder }: ClusterFiles,
  fill: (draft: ClusterFiles) => Promise<void>,
): Promise<void> {
  const draft = await mkdtemp(join(dirname(folder), draftPrefix(folder)));
  try {
    await fill(clusterFiles(draft));
    await chmod(draft, 0o755);
    await rename(draft, folder);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    throw error;
  }
}

/** What an `up` left behind that was killed before its folder had its name. Those of one that still runs are not among it. */
export async function abandonedDrafts(
  { folder }: ClusterFiles,
  now = Date.now(),
): Promise<readonly string[]> {
  const parent = dirname(folder);
  const [entries] = await Promise.allSettled([readdir(parent, { withFileTypes: true })]);
  if (entries.status === 'rejected') return [];
  const drafts = entries.value
    .filter((entry) => entry.isDirectory() && isDraftName(entry.name, folder))
    .map(({ name }) => join(parent, name));
  const abandoned = await Promise.all(drafts.map((draft) => isAbandoned(draft, now)));
  return drafts.filter((_, index) => abandoned[index]);
}

const draftPrefix = (folder: string): string => `.${basename(folder)}-draft-`;

/** With the six characters of mkdtemp(3). */
function isDraftName(name: string, folder: string): boolean {
  const prefix = draftPrefix(folder);
  return name.startsWith(prefix) && /^[A-Za-z0-9]{6}$/.test(name.slice(prefix.length));
}

async function isAbandoned(draft: string, now: number): Promise<boolean> {
  const state = await readClusterState(clusterFiles(draft).state);
  if (state !== undefined) return !(await isAlive(state.starter));
  const [found] = await Promise.allSettled([stat(draft)]);
  return found.status === 'fulfilled' && now - found.value.mtimeMs > fileWithinMs;
}
