import type { EventNote } from '@podlag/kube';
import type { SeenObject } from '../world/custom-objects';
import type { Verdict } from './verdict';
import { resourceOf } from './resource-of';

/** Phases that somebody should look at. */
const bad: ReadonlySet<string> = new Set(['Partial', 'Failed']);

/** Reasons of what is on its way: the next phase will tell. */
const passing: ReadonlySet<string> = new Set(['Progressing', 'Waiting', 'Ending']);

/** What to say about an object that has come from one phase to another; undefined where nobody needs to hear of it. */
export function phaseEvent(
  { kind, object }: SeenObject,
  before: string | undefined,
  { phase, reason, message }: Verdict,
): EventNote | undefined {
  if (phase === before || phase === 'Pending') return undefined;
  if (phase === 'Partial' && passing.has(reason)) return undefined;
  const { apiVersion, kind: objectKind } = resourceOf(kind);
  const { name, namespace = '', uid = '', generation = 0 } = object.metadata;
  return {
    regarding: { apiVersion, kind: objectKind, name, namespace, uid },
    type: bad.has(phase) ? 'Warning' : 'Normal',
    reason: phase,
    action: 'Reconcile',
    message: message.slice(0, 1_024),
    key: `${uid} ${generation} ${phase}`,
  };
}
