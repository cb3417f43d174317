import { clusterErrors } from './cluster-errors';
import type { ClusterFiles } from './cluster-folder';
import { clusterPlan, type PlannedNode } from './cluster-plan';
import type { ClusterState } from './cluster-state';
import { noteCutLink, noteMendedLink, readCutLinks } from './cut-links';
import { linkCommand, runCommand } from './host-network';
import type { FoundCluster } from './situation';
import { isUp } from './status';

/**
 * Cuts a node off from all others and from the control plane, or undoes that.
 *
 * @throws PodlagError `not-up` or `unknown-node`
 */
export async function setLink(
  files: ClusterFiles,
  found: FoundCluster,
  node: string,
  state: 'up' | 'down',
): Promise<void> {
  if (!isUp(found)) throw clusterErrors.error('not-up', 'There is no cluster whose links could be set.');
  const planned = plannedNodes(found.state).find(({ name }) => name === node);
  if (planned === undefined) {
    const names = found.state.nodes.map(({ name }) => name).join(', ');
    throw clusterErrors.error('unknown-node', `There is no node ${JSON.stringify(node)}, only ${names}.`);
  }
  await (state === 'up' ? mend(files, planned) : cut(files, planned));
}

/** Mends every link that is cut, and answers the names of those nodes. */
export async function mendLinks(files: ClusterFiles, state: ClusterState): Promise<readonly string[]> {
  const cutLinks = await readCutLinks(files);
  const nodes = plannedNodes(state).filter(({ name }) => cutLinks.includes(name));
  for (const node of nodes) await mend(files, node);
  return nodes.map(({ name }) => name);
}

function plannedNodes({ options: { network, nodes } }: ClusterState): readonly PlannedNode[] {
  return clusterPlan(network, nodes).nodes;
}

/** The note goes first: who is killed in between leaves one too many, which the next `up` mends. */
async function cut(files: ClusterFiles, { name, tap }: PlannedNode): Promise<void> {
  await noteCutLink(files, name);
  await runCommand(linkCommand(tap, 'down'));
}

async function mend(files: ClusterFiles, { name, tap }: PlannedNode): Promise<void> {
  await runCommand(linkCommand(tap, 'up'));
  await noteMendedLink(files, name);
}
