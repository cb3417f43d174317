import { applyPatch, type Operation } from 'fast-json-patch';
import type { RequestedPod } from './expand-pods';
import { Field } from './field';
import { labErrors } from './lab-errors';
import type { Pod } from './pod';

/** An AdmissionReview (admission.k8s.io/v1) for the creation of a pod, as the API server sends it to a webhook. */
export function admissionReview({ pod, user }: RequestedPod, uid: string): object {
  const { name, namespace } = pod.metadata;
  const kind = { group: '', version: 'v1', kind: 'Pod' };
  const resource = { group: '', version: 'v1', resource: 'pods' };
  return {
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: {
      uid,
      kind,
      resource,
      requestKind: kind,
      requestResource: resource,
      ...(name === undefined ? {} : { name }),
      namespace,
      operation: 'CREATE',
      userInfo: { username: user, groups: ['system:authenticated'] },
      object: pod,
      oldObject: null,
      dryRun: false,
      options: { kind: 'CreateOptions', apiVersion: 'meta.k8s.io/v1' },
    },
  };
}

/** What came of a pod at admission. */
export interface Admitted {
  readonly pod: Pod;
  /** The injector's reason code; `not-selected` when the namespace's label keeps the webhook from being asked. */
  readonly decision: string;
  readonly detail: string;
  readonly warnings: readonly string[];
}

/**
 * The pod after the webhook's answer, with the patch applied.
 *
 * @throws PodlagError `review-failed` when the answer is none to this review, refuses the pod or does not apply
 */
export function admitted({ pod, name }: RequestedPod, uid: string, answer: unknown): Admitted {
  const response = Field.of(answer, `the injector's answer for ${name}`).at('response');
  if (response.at('uid').string() !== uid) throw failed(name, 'the answer has the uid of another review');
  if (response.at('allowed').value !== true) throw failed(name, JSON.stringify(response.at('status').value));
  const audit = response.at('auditAnnotations').strings();
  return {
    pod: patched(pod, response, name),
    decision: audit.decision ?? '',
    detail: audit.detail ?? '',
    warnings: response
      .at('warnings')
      .optionalList()
      .map((warning) => warning.string()),
  };
}

function patched(pod: Pod, response: Field, name: string): Pod {
  const patch = response.at('patch').optionalString();
  if (patch === undefined) return pod;
  try {
    const operations = JSON.parse(Buffer.from(patch, 'base64').toString()) as Operation[];
    // A copy: the caller's pod stays as it was sent. Validated: a path that is not there is an error, as in the API server.
    return applyPatch(structuredClone(pod), operations, true).newDocument;
  } catch (cause) {
    throw failed(name, `the patch does not apply: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}

function failed(name: string, reason: string): Error {
  return labErrors.error('review-failed', `${name}: ${reason}`);
}
