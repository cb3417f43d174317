import { kubeEvent as kubeEventOf, type EventNote, type KubeEvent } from '@podlag/kube';
import type { Decision } from '../decision';
import type { Pod } from '../pod';
import { skipReasons, type SkipReason } from '../skip-rules';
import { inOneLine } from '../warning';

/** What makes pods and shows nobody the warnings that it gets: a ReplicaSet, a StatefulSet, a Job. */
export interface Controller {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
}

/** That pods of a controller are left without the sidecar that somebody asked for. */
export interface SidecarEvent {
  readonly namespace: string;
  readonly controller: Controller;
  readonly reason: SkipReason;
  /** What the admission warnings say. */
  readonly message: string;
}

/**
 * For one controller and reason no second Event is written within this, in milliseconds, however many pods it makes.
 * API servers keep Events for an hour (`--event-ttl`).
 */
export const eventPeriodMs = 600_000;

/**
 * What to tell the controller of a pod. Undefined where no sidecar is missed; where the pod is refused, since then the
 * controller writes an Event of its own with the refusal in it; and for a pod without a controller, whose maker sees the warnings.
 */
export function eventFor(pod: Pod, decision: Decision, namespace: string): SidecarEvent | undefined {
  if (decision.kind !== 'skip' || !skipReasons[decision.reason].isMissed) return undefined;
  const controller = controllerOf(pod);
  if (controller === undefined) return undefined;
  return { namespace, controller, reason: decision.reason, message: inOneLine(decision.warnings) };
}

function controllerOf({ metadata }: Pod): Controller | undefined {
  const owner = metadata.ownerReferences?.find(({ controller }) => controller === true);
  if (!owner?.apiVersion || !owner.name || !owner.uid) return undefined;
  const { apiVersion, kind, name, uid } = owner;
  return { apiVersion, kind, name, uid };
}

/** Who writes it. */
export const eventComponent = 'podlag-injector';

/** What is to be written. For one controller and reason there is one Event in a period, whatever it says of the single pods. */
export function eventNote({ namespace, controller, reason, message }: SidecarEvent): EventNote {
  return {
    regarding: { ...controller, namespace },
    type: 'Warning',
    reason: 'SidecarNotInjected',
    action: 'Inject',
    message,
    key: `${controller.uid} ${reason}`,
  };
}

/** The Event as it is written at `nowMs`, milliseconds since the epoch. */
export function kubeEvent(event: SidecarEvent, nowMs: number): KubeEvent {
  return kubeEventOf(eventNote(event), { component: eventComponent, nowMs, periodMs: eventPeriodMs });
}
