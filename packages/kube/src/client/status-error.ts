import type { PodlagError } from '@podlag/core';
import * as z from 'zod';
import type { ApiCall } from '../api-call';
import type { HttpAnswer } from './http-call';
import { callFailed, forbidden, RetryAfter, type KubeErrorCode } from '../kube-errors';

/** `metav1.Status`, as far as it is looked at. */
const statusSchema = z.looseObject({
  apiVersion: z.string().optional(),
  kind: z.string().optional(),
  message: z.string().optional(),
  reason: z.string().optional(),
  details: z.looseObject({ causes: z.array(z.unknown()).optional() }).optional(),
});

type Code = Exclude<KubeErrorCode, 'kube-forbidden' | 'kube-config'>;

const codes: Readonly<Record<number, Code>> = {
  400: 'kube-invalid',
  401: 'kube-unauthorized',
  // Not of RBAC, which names the user: a quota, an admission policy or a namespace that is being deleted.
  403: 'kube-invalid',
  404: 'kube-not-found',
  413: 'kube-invalid',
  415: 'kube-invalid',
  422: 'kube-invalid',
};

/**
 * What the API server's refusal means.
 *
 * @param isTested whether the call was a JSON patch with a `test` in it
 */
export function statusError(
  call: ApiCall,
  { status: httpStatus, text, retryAfterMs }: HttpAnswer,
  isTested = false,
): PodlagError {
  const told = readStatus(text);
  const { message = `HTTP status ${httpStatus}` } = told;
  const user = httpStatus === 403 ? userIn(message) : undefined;
  if (user !== undefined) return forbidden(call, user, new Error(message));
  const code = codeOf(httpStatus, told, isTested);
  const isLater = code === 'kube-unavailable' && retryAfterMs !== undefined;
  return callFailed(code, call, message, isLater ? new RetryAfter(retryAfterMs) : undefined);
}

/** Whether the API server says that there is no such object; a 404 of somebody else says nothing about objects. */
export function isAbsence({ status, text }: HttpAnswer): boolean {
  return status === 404 && readStatus(text).reason === 'NotFound';
}

/** Whether the API server itself has refused, rather than a pod that was spoken to by way of it. */
export function isRefusal({ status, text }: HttpAnswer): boolean {
  const { apiVersion, kind } = readStatus(text);
  return status >= 400 && apiVersion === 'v1' && kind === 'Status';
}

function codeOf(httpStatus: number, { reason, details }: Told, isTested: boolean): Code {
  if (httpStatus === 409) return reason === 'AlreadyExists' ? 'kube-already-exists' : 'kube-conflict';
  // Of a JSON patch that cannot be applied the API server says nothing but that; of an object that cannot be it says
  // why. Where the patch has a `test`, that is what most likely did not hold, and reading again is right in any case.
  if (httpStatus === 422 && isTested && details?.causes === undefined) return 'kube-conflict';
  return codes[httpStatus] ?? 'kube-unavailable';
}

type Told = z.output<typeof statusSchema>;

function readStatus(body: string): Told {
  try {
    return statusSchema.parse(JSON.parse(body));
  } catch {
    // A proxy on the way answers in its own words.
    return {};
  }
}

/** `secrets is forbidden: User "system:serviceaccount:a:b" cannot list resource ...` */
function userIn(message: string): string | undefined {
  return /User "([^"]+)"/.exec(message)?.[1];
}
