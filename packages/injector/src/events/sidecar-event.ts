import type { KubeEvent } from '@podlag/kube';
import { createHash } from 'node:crypto';
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

/** What two Events within eventPeriodMs may not both have. */
export function eventKey({ controller, reason }: SidecarEvent): string {
  return `${controller.uid} ${reason}`;
}

/**
 * The Event as it is written at `nowMs`, milliseconds since the epoch. Its name is the same in every replica of the
 * injector for one period of the clock, so that what one has written is refused from the others: that takes no right but `create`.
 */
export function kubeEvent(event: SidecarEvent, nowMs: number): KubeEvent {
  const { namespace, controller, message } = event;
  const period = Math.floor(nowMs / eventPeriodMs);
  const digest = createHash('sha256')
    .update(`${eventKey(event)} ${period}`)
    .digest('hex');
  // metav1.Time has whole seconds.
  const time = new Date(nowMs).toISOString().replace(/\.[0-9]+Z$/, 'Z');
  return {
    metadata: { name: `podlag-injector.${digest.slice(0, 16)}`, namespace },
    involvedObject: { ...controller, namespace },
    type: 'Warning',
    reason: 'SidecarNotInjected',
    action: 'Inject',
    message,
    source: { component: 'podlag-injector' },
    reportingComponent: 'podlag-injector',
    firstTimestamp: time,
    lastTimestamp: time,
    count: 1,
  };
}
