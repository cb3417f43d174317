import { injectionLabel } from '@podlag/core';
import { benchLabErrors } from './bench-lab-errors';

/** Where a worker of a run in the lab is. All pods of the lab are on one kernel: its node and zone are names only. */
export interface BenchPlace {
  /** Of the worker, and of its pod. */
  readonly name: string;
  readonly node: string;
  /** Absent with fewer than four nodes: two nodes in two zones would leave no `other-node` within a zone. */
  readonly zone?: string;
}

/** So that nobody takes a figure of the lab for one of a network card. */
const nameOnly = '(a name only)';

/** The namespace of the workers' pods. */
const namespace = 'podlag-bench';

/**
 * Spreads workers over pretended nodes, two on each, and those over two zones where there are four of them: so each placement
 * finds its pairs with eight pods, and all but `other-zone` with four. Pure.
 *
 * @param pods 2 or more
 * @throws PodlagError `too-few-pods`
 */
export function benchPlaces(pods: number): readonly BenchPlace[] {
  if (!Number.isInteger(pods) || pods < 2)
    throw benchLabErrors.error('too-few-pods', `${pods} are not enough`);
  const nodes = Math.max(2, Math.floor(pods / 2));
  return Array.from({ length: pods }, (_, index) => {
    const node = index % nodes;
    return {
      name: `worker-${index + 1}`,
      node: `lab-${letter(node)} ${nameOnly}`,
      ...(nodes >= 4 && { zone: `zone-${letter(node < nodes / 2 ? 0 : 1)} ${nameOnly}` }),
    };
  });
}

/** a to z, then a1, b1 ... */
function letter(index: number): string {
  const round = Math.floor(index / 26);
  return `${String.fromCharCode(97 + (index % 26))}${round === 0 ? '' : round}`;
}

/** The pods of these workers, as a manifest for `startLab`: in a namespace whose pods get the agent. */
export function benchManifest(places: readonly BenchPlace[]): string {
  const objects = [
    {
      ...{ apiVersion: 'v1', kind: 'Namespace' },
      metadata: { name: namespace, labels: { [injectionLabel.name]: injectionLabel.value } },
    },
    ...places.map(({ name }) => ({
      ...{ apiVersion: 'v1', kind: 'Pod' },
      metadata: { name, namespace },
      spec: { containers: [{ name: 'worker', image: 'podlag-bench' }] },
    })),
  ];
  // JSON is YAML.
  return objects.map((object) => `${JSON.stringify(object)}\n`).join('---\n');
}
