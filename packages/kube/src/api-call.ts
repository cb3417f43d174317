import type { PodPort, PodRequest } from './kube-api';
import type { KubeObject, ObjectRef, Resource } from './resource';
import { pods } from './resources/pod';

/** The verbs of RBAC that podlag needs. A watch lists first. */
export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete';

/** A part of an object that has a path, and rights, of its own. */
export type Subresource = 'status' | 'proxy';

/** One call to the API server, in RBAC's words. */
export interface ApiCall {
  readonly verb: Verb;
  /** `secrets`, or with its group as `mutatingwebhookconfigurations.admissionregistration.k8s.io`; or a path, `/version`. */
  readonly resource: string;
  readonly subresource?: Subresource;
  readonly namespace?: string;
  readonly name?: string;
}

/** The call that asks for the release of the API server. */
export const versionCall: ApiCall = { verb: 'get', resource: '/version' };

/** The call of `verb` for one object, or for all in scope where no name is given. */
export function apiCall(
  verb: Verb,
  resource: Resource<KubeObject>,
  { namespace, name }: Partial<ObjectRef>,
  subresource?: Subresource,
): ApiCall {
  const [group, version] = resource.apiVersion.split('/');
  return {
    verb,
    resource: version === undefined ? resource.plural : `${resource.plural}.${group ?? ''}`,
    ...(subresource === undefined ? {} : { subresource }),
    ...(resource.namespaced && namespace !== undefined ? { namespace } : {}),
    ...(name === undefined ? {} : { name }),
  };
}

/** What RBAC makes of an HTTP request to a pod. */
const podVerbs = { GET: 'get', PUT: 'update', POST: 'create', DELETE: 'delete' } as const;

/** The call that passes a request on to a pod. */
export function podProxyCall(pod: PodPort, method: PodRequest['method']): ApiCall {
  return apiCall(podVerbs[method], pods, pod, 'proxy');
}

/** The call as `kubectl auth can-i` takes it: `patch secrets/certs -n podlag-system`. */
export function printApiCall({ verb, resource, subresource, namespace, name }: ApiCall): string {
  return [
    `${verb} ${name === undefined ? resource : `${resource}/${name}`}`,
    ...(namespace === undefined ? [] : [`-n ${namespace}`]),
    ...(subresource === undefined ? [] : [`--subresource=${subresource}`]),
  ].join(' ');
}
