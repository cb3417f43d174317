import { errorTable, isPodlagError, type PodlagError } from '@podlag/core';
import { printApiCall, type ApiCall } from './api-call';

/** What a call to the API server can end with, other than well. */
export const kubeErrors = errorTable({
  'kube-conflict': {
    status: 409,
    title: 'The object has changed meanwhile',
    hint: 'Read the object again, and repeat the change on what it is now.',
  },
  'kube-forbidden': {
    status: 403,
    title: 'RBAC does not allow it',
    hint: 'Apply deploy/ again: it brings the roles that podlag needs.',
  },
  'kube-unauthorized': {
    status: 401,
    title: 'The API server does not accept the credentials',
    hint: 'Log in again; in a pod, see that its ServiceAccount still exists and restart the pod.',
  },
  'kube-invalid': {
    status: 422,
    title: 'The API server refuses the object',
    hint: 'Correct the field that the API server names.',
  },
  'kube-already-exists': {
    status: 409,
    title: 'The object exists already',
    hint: 'Read what is there, and replace it or take another name.',
  },
  'kube-not-found': {
    status: 404,
    title: 'There is no such object',
    hint: 'Apply deploy/ again: it brings the objects that podlag needs.',
  },
  'kube-unavailable': {
    status: 503,
    title: 'The API server does not answer',
    hint: 'It is tried again by itself where it can be; see with "kubectl get --raw /readyz" how the API server is.',
  },
  'kube-config': {
    status: 500,
    title: 'No way to the API server is known',
    hint: 'Name a kubeconfig with --kubeconfig or KUBECONFIG, or run in a pod that has a service account token.',
  },
});

/** The codes of kubeErrors. */
export type KubeErrorCode = keyof typeof kubeErrors.kinds;

/** @param user whom the API server took us for; undefined when it did not say */
export function forbidden(call: ApiCall, user: string | undefined, cause?: unknown): PodlagError {
  const question = `kubectl auth can-i ${printApiCall(call)}${user === undefined ? '' : ` --as=${user}`}`;
  return kubeErrors.error('kube-forbidden', `${user ?? 'this user'} may not ${printApiCall(call)}`, {
    hint: `Apply deploy/ again: it brings the roles that podlag needs. To see it: ${question}`,
    cause,
  });
}

/** The API server has too much to do, and says when to come again: the cause of a `kube-unavailable`. */
export class RetryAfter extends Error {
  constructor(readonly ms: number) {
    super(`it asks to come again in ${ms / 1000} s`);
  }
}

/** How long the API server asks to wait before the call that ended with `error` is repeated, in ms; undefined when it does not. */
export function retryAfterMs(error: unknown): number | undefined {
  return isPodlagError(error) && error.cause instanceof RetryAfter ? error.cause.ms : undefined;
}

/** An error of `code` whose detail begins with the call: `patch secrets/certs -n podlag-system: ...`. */
export function callFailed(
  code: Exclude<KubeErrorCode, 'kube-forbidden'>,
  call: ApiCall,
  why: string,
  cause?: unknown,
): PodlagError {
  return kubeErrors.error(code, `${printApiCall(call)}: ${why}`, { cause });
}
