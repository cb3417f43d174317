import { checked, type AdmissionAnswer, type AdmissionReview } from './admission-review';
import { decide, type Decision, type InjectionSettings, type Reason } from './decision';
import { eventFor, type SidecarEvent } from './events/sidecar-event';
import type { NamespaceLabels } from './namespace';
import { podSchema, type Pod } from './pod';
import type { Template } from './template';
import { warning } from './warning';

/** What an answer is made from. Each is asked anew for each pod, since it may change while the injector runs. */
export interface AdmissionContext {
  readonly template: () => Template;
  readonly namespaceLabels: NamespaceLabels;
  readonly settings: () => InjectionSettings;
}

/** An answer, and what the log and the metrics say about it. */
export interface Admission {
  readonly answer: AdmissionAnswer;
  readonly reason: Reason;
  readonly result: 'injected' | 'skipped' | 'denied';
  readonly namespace: string;
  /** The pod's name, or its generateName: most pods have no name yet. */
  readonly name: string;
  /** To be told to who made the pod, beside the answer; undefined for a trial (`--dry-run=server`). */
  readonly event: SidecarEvent | undefined;
}

const results = { inject: 'injected', skip: 'skipped', deny: 'denied' } as const;

/**
 * Answers one review.
 *
 * @throws PodlagError `not-an-admission-review` when the object is no pod
 */
export function admit({ request }: AdmissionReview, context: AdmissionContext): Admission {
  if (!isPodCreate(request)) return untouched(request);
  const pod = checked(podSchema, request.object, 'request.object');
  const { name = '' } = request;
  // The pod's own metadata.namespace is often empty: the API server fills it in from the URL, after this.
  const namespace = request.namespace ?? '';
  const labels = context.namespaceLabels.labelsOf(namespace);
  const decision = decide(pod, context.template(), { name: namespace, labels }, context.settings());
  const { kind, reason } = decision;
  const event = request.dryRun === true ? undefined : eventFor(pod, decision, namespace);
  const answer = answerOf(decision);
  return { answer, result: results[kind], reason, namespace, name: nameOf(pod, name), event };
}

const answers = new WeakMap<Decision, AdmissionAnswer>();

/** The same decision has the same answer, so that the answer too is printed once. */
function answerOf(decision: Decision): AdmissionAnswer {
  const known = answers.get(decision);
  if (known !== undefined) return known;
  const { kind, reason, detail, warnings } = decision;
  const patch = kind === 'inject' ? decision.patch : undefined;
  const answer: AdmissionAnswer = { allowed: kind !== 'deny', reason, detail, warnings, patch };
  answers.set(decision, answer);
  return answer;
}

function isPodCreate({ operation, resource, subResource }: AdmissionReview['request']): boolean {
  return operation === 'CREATE' && resource.group === '' && resource.resource === 'pods' && !subResource;
}

function untouched({
  operation,
  resource,
  subResource,
  namespace,
  name,
}: AdmissionReview['request']): Admission {
  const what = [resource.resource, subResource].filter(Boolean).join('/');
  const detail = `${operation} of ${what}; only CREATE of pods is looked at`;
  const reason = 'not-a-pod-create';
  const warnings = [warning(`untouched (${reason}): ${detail}`)];
  return {
    answer: { allowed: true, reason, detail, warnings },
    result: 'skipped',
    reason,
    namespace: namespace ?? '',
    name: name ?? '',
    event: undefined,
  };
}

function nameOf({ metadata }: Pod, requested: string | null): string {
  return [metadata.name, requested, metadata.generateName].find(Boolean) ?? '';
}
