import { execFileSync } from 'node:child_process';

interface Node {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly unschedulable?: boolean;
    readonly taints?: readonly { readonly effect: string }[];
  };
}

/** The names of the nodes that any pod may run on. At once, for it decides which tests a file has. */
export function schedulableNodes(): readonly string[] {
  const printed = execFileSync('kubectl', ['get', 'nodes', '--output=json'], { encoding: 'utf8' });
  const { items } = JSON.parse(printed) as { items: readonly Node[] };
  return items
    .filter(
      ({ spec }) => !spec.unschedulable && !spec.taints?.some(({ effect }) => effect !== 'PreferNoSchedule'),
    )
    .map(({ metadata }) => metadata.name);
}
