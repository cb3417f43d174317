import { matches, type LabelSelector } from '@podlag/api';
import { canonical } from './joined';
import type { WorldPod } from './world';

/** The pods that have not ended, by namespace. */
export class Roster {
  readonly #byNamespace: ReadonlyMap<string, readonly WorldPod[]>;

  constructor(pods: readonly WorldPod[]) {
    const living = pods.filter(({ gone }) => !gone).map(withCanonicalAddresses);
    this.#byNamespace = Map.groupBy(living, ({ namespace }) => namespace);
  }

  /** Sorted. */
  get namespaces(): readonly string[] {
    return [...this.#byNamespace.keys()].sort();
  }

  selected(namespace: string, selector: LabelSelector): readonly WorldPod[] {
    return (this.#byNamespace.get(namespace) ?? []).filter(({ labels }) => matches(selector, labels));
  }
}

export function addressesOf(pods: readonly WorldPod[]): ReadonlySet<string> {
  return new Set(pods.flatMap(({ addresses }) => addresses));
}

function withCanonicalAddresses(pod: WorldPod): WorldPod {
  return pod.addresses.some((address) => address !== canonical(address))
    ? { ...pod, addresses: pod.addresses.map(canonical) }
    : pod;
}
