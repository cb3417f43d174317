import type { ApiCall } from './api-call';
import type { ObjectRef } from './resource';

/** A question about rights, as `authorization.k8s.io/v1` takes it. */
export interface AccessReview {
  readonly apiVersion: 'authorization.k8s.io/v1';
  readonly kind: 'SelfSubjectAccessReview' | 'SubjectAccessReview';
  readonly spec: Readonly<Record<string, unknown>>;
}

/**
 * Whether a call would be allowed: to whoever asks, or to a service account.
 *
 * @param call of an object or a kind, not of a path
 */
export function accessReview(call: ApiCall, serviceAccount?: ObjectRef): AccessReview {
  const apiVersion = 'authorization.k8s.io/v1';
  const resourceAttributes = attributesOf(call);
  if (serviceAccount === undefined) {
    return { apiVersion, kind: 'SelfSubjectAccessReview', spec: { resourceAttributes } };
  }
  const { namespace = 'default', name } = serviceAccount;
  return {
    ...{ apiVersion, kind: 'SubjectAccessReview' },
    spec: {
      resourceAttributes,
      user: `system:serviceaccount:${namespace}:${name}`,
      // As the API server adds them to a token: a role may be bound to one of them.
      groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
    },
  };
}

/** The call that asks it. */
export function reviewCall(serviceAccount?: ObjectRef): ApiCall {
  const plural = serviceAccount === undefined ? 'selfsubjectaccessreviews' : 'subjectaccessreviews';
  return { verb: 'create', resource: `${plural}.authorization.k8s.io` };
}

function attributesOf({ verb, resource, subresource, namespace, name }: ApiCall): Record<string, string> {
  const [plural = resource, ...group] = resource.split('.');
  return {
    ...{ verb, resource: plural, group: group.join('.') },
    ...(subresource === undefined ? {} : { subresource }),
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name }),
  };
}
