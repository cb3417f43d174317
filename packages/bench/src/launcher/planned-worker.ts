import type { Environment } from '../record/manifest';
import type { WorkerSite } from '../schedule/trial';
import type { BenchScenario } from '../scenario/bench-scenario';
import { environmentOf, zoneOf, type ClusterNode } from './cluster-node';
import { longestWorkerName } from './run-name';

/** A worker that is to be made. */
export interface PlannedWorker extends WorkerSite {
  readonly environment: Environment;
}

/**
 * The workers that a scenario needs on these nodes: one on the pod network of each, another for `same-node`, and one on the
 * host network for the path `host-network`.
 */
export function plannedWorkers(
  nodes: readonly ClusterNode[],
  { paths, placements }: Pick<BenchScenario, 'paths' | 'placements'>,
): readonly PlannedWorker[] {
  const onPods = paths.some((path) => path !== 'host-network');
  const suffixes = [
    ...(onPods ? [''] : []),
    ...(onPods && placements.includes('same-node') ? ['-b'] : []),
    ...(paths.includes('host-network') ? ['-host'] : []),
  ];
  const names = shortNames(nodes);
  return nodes.flatMap((node, index) =>
    suffixes.map((suffix) => ({
      name: `${names[index] ?? ''}${suffix}`,
      node: node.metadata.name,
      zone: zoneOf(node),
      network: suffix === '-host' ? ('host' as const) : ('pod' as const),
      environment: environmentOf(node),
    })),
  );
}

/** What a node's name begins with, `ip-10-0-1-2` of `ip-10-0-1-2.internal`; with a number where two begin alike. */
function shortNames(nodes: readonly ClusterNode[]): readonly string[] {
  const room = longestWorkerName - '-host'.length - '-999'.length;
  const labels = nodes.map(({ metadata }) =>
    (metadata.name.split('.')[0] ?? '').slice(0, room).replace(/-+$/, ''),
  );
  const isAmbiguous =
    new Set(labels).size < labels.length || labels.some((label) => /-(b|host)$/.test(label));
  return isAmbiguous ? labels.map((label, index) => `${label}-${index + 1}`) : labels;
}
