import { addressEntries, areAll, holds, type Entry } from './entry';
import type { FaultWork } from './fault-paths';
import { frontEntries } from './front';
import type { WorldPod } from './world';

/** What the chosen pods send, at their own agents. */
export function planEgress({ shapers, toEntries, fronts, except, mouldOf, plan }: FaultWork): void {
  const own = mouldOf('own');
  for (const pod of shapers) {
    if (areAll(toEntries, (address) => pod.addresses.includes(address))) continue;
    const to = [...toEntries, ...frontEntries(fronts, pod.addresses)];
    plan(pod, own, to, [...except, ...itself(pod, toEntries)]);
  }
}

/** A pod among those that are named by their addresses is not its own peer. */
export function itself(pod: WorldPod, entries: readonly Entry[]): readonly Entry[] {
  const isNamed = pod.addresses.some((address) =>
    entries.some((entry) => entry.who.kind === 'addresses' && holds(entry, address)),
  );
  return isNamed ? addressEntries(pod.addresses) : [];
}
