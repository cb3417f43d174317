import type { Pod, Workload } from '@podlag/kube';

/**
 * The commands that make pods anew, one for each of their owners: a rollout where the owner does that, else the pod itself.
 *
 * @param replicaSets of the namespace: they tell which Deployment a pod is of
 */
export function newPodsCommand(found: readonly Pod[], replicaSets: readonly Workload[]): string {
  const owners = new Map(replicaSets.map(({ metadata }) => [metadata.name, ownerOf(metadata)]));
  const commands = found.map(({ metadata }) => {
    const { name, namespace = 'default' } = metadata;
    const owner = ownerOf(metadata);
    const above = owner?.kind === 'ReplicaSet' ? (owners.get(owner.name) ?? owner) : owner;
    if (above !== undefined && rolled.includes(above.kind)) {
      return `kubectl -n ${namespace} rollout restart ${above.kind.toLowerCase()}/${above.name}`;
    }
    // Its owner makes another; one without an owner has to be made of itself.
    if (above !== undefined) return `kubectl -n ${namespace} delete pod ${name}`;
    return `kubectl -n ${namespace} get pod ${name} -o yaml | kubectl replace --force -f -`;
  });
  const [first = '', ...others] = [...new Set(commands)].toSorted();
  const shown = [first, ...others.slice(0, mostShown - 1)].join('; ');
  const more = others.length - (mostShown - 1);
  return more > 0 ? `${shown}; and so for ${more} more` : shown;
}

const rolled = ['Deployment', 'StatefulSet', 'DaemonSet'];
const mostShown = 3;

function ownerOf({ ownerReferences = [] }: Pod['metadata']): { kind: string; name: string } | undefined {
  return ownerReferences.find(({ controller }) => controller === true) ?? ownerReferences[0];
}
