import type { Json } from '../../install/installation';
import { apply, customObject, untilPhase } from './custom-objects';

/** A NetworkFault of that name, for pods with the label `app` of that value. */
export function networkFault(name: string, app: string, spec: Json): Json {
  return customObject('NetworkFault', name, { selector: { matchLabels: { app } }, ...spec });
}

/** Applies NetworkFaults, and waits until every agent has each of them in force as it is written now. */
export async function applyFaults(namespace: string, ...faults: readonly Json[]): Promise<void> {
  await apply(namespace, ...faults);
  for (const { metadata } of faults) await untilEffective(namespace, (metadata as { name: string }).name);
}

/** Waits until every agent has the present spec of a NetworkFault in force. */
export async function untilEffective(namespace: string, name: string): Promise<void> {
  await untilPhase(namespace, `networkfault/${name}`, 'Effective');
}
