import { benchErrors } from '../bench-errors';
import type { BenchScenario, Placement } from '../scenario/bench-scenario';
import { unfitness, zoneOf, type ClusterNode } from './cluster-node';

/** Which of the nodes that there are. */
export interface NodeChoice {
  /** As it was asked for, for errors. */
  readonly selector: string | undefined;
  /** Default all. */
  readonly most: number | undefined;
}

/**
 * The nodes that get workers, by name.
 *
 * @param all those that the selector meets
 * @throws PodlagError `cannot-place`, with what each that was left out lacks, when the scenario's placements need more
 */
export function chooseNodes(
  all: readonly ClusterNode[],
  scenario: Pick<BenchScenario, 'placements'>,
  { selector, most }: NodeChoice,
): readonly ClusterNode[] {
  const fit = all.filter((node) => unfitness(node) === undefined).toSorted(byName);
  const chosen = most === undefined ? fit : byUse(fit, scenario.placements).slice(0, most).toSorted(byName);
  const least = scenario.placements.includes('same-node') ? 1 : 2;
  if (chosen.length >= least) return chosen;
  const wanted = `${least} ${least === 1 ? 'node' : 'nodes'}`;
  const leftOut = all.flatMap((node) => {
    const why = unfitness(node);
    return why === undefined ? [] : [`${node.metadata.name} ${why}`];
  });
  const because = leftOut.length === 0 ? '' : `: ${leftOut.join(', ')}`;
  const met = selector === undefined ? '' : ` with labels ${selector}`;
  throw benchErrors.error(
    'cannot-place',
    `placements ${scenario.placements.join(', ')} need ${wanted}, and ${chosen.length} of the cluster's ${all.length}${met} take workers${because}`,
    {
      hint: 'See "kubectl get nodes"; on one node, placements: [same-node] can be measured.',
    },
  );
}

/**
 * In the order in which few of them serve the placements best. Pods on two nodes are of one zone, so that for those a zone is
 * filled before the next; for `other-zone` it is one of each zone, then the next of each; for both, two of the first zone and
 * then the other zones.
 */
function byUse(nodes: readonly ClusterNode[], placements: readonly Placement[]): readonly ClusterNode[] {
  const zones = [...Map.groupBy(nodes, (node) => zoneOf(node) ?? '').values()];
  const largestFirst = zones.toSorted((one, other) => other.length - one.length);
  const isNear = placements.includes('other-node');
  if (!placements.includes('other-zone')) return isNear ? largestFirst.flat() : nodes;
  const across = alternating(isNear ? largestFirst : zones);
  const [first = []] = largestFirst;
  return isNear ? [...new Set([...first.slice(0, 2), ...across])] : across;
}

/** One of each, then the next of each. */
function alternating(zones: readonly (readonly ClusterNode[])[]): readonly ClusterNode[] {
  const most = Math.max(0, ...zones.map(({ length }) => length));
  return Array.from({ length: most }, (_, index) =>
    zones.flatMap((zone) => zone.slice(index, index + 1)),
  ).flat();
}

function byName({ metadata: one }: ClusterNode, { metadata: other }: ClusterNode): number {
  return one.name.localeCompare(other.name, 'en', { numeric: true });
}
