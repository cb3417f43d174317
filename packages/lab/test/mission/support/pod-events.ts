import { read } from '../../install/installation';

interface Event {
  readonly metadata: { readonly resourceVersion: string };
  readonly involvedObject: { readonly fieldPath?: string };
}

/** The containers of a pod in the order in which `kubectl get events` has them started, such as `spec.containers{app}`. */
export async function startsOf(namespace: string, pod: string): Promise<readonly string[]> {
  const of = ['--field-selector', `involvedObject.name=${pod},reason=Started`];
  const { items } = await read<{ items: Event[] }>('events', '--namespace', namespace, ...of);
  // Their timestamps have seconds only.
  items.sort((a, b) => Number(a.metadata.resourceVersion) - Number(b.metadata.resourceVersion));
  return items.map(({ involvedObject }) => involvedObject.fieldPath ?? '');
}
