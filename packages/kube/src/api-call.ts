import type { KubeObject, ObjectRef, Resource } from './resource';

/** The verbs of RBAC that podlag needs. A watch lists first. */
export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch';

/** One call to the API server, in RBAC's words. */
export interface ApiCall {
  readonly verb: Verb;
  /** `secrets`, or with its group as `mutatingwebhookconfigurations.admissionregistration.k8s.io`; or a path, `/version`. */
  readonly resource: string;
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
): ApiCall {
  const [group, version] = resource.apiVersion.split('/');
  return {
    verb,
    resource: version === undefined ? resource.plural : `${resource.plural}.${group ?? ''}`,
    ...(resource.namespaced && namespace !== undefined ? { namespace } : {}),
    ...(name === undefined ? {} : { name }),
  };
}

/** The call as `kubectl auth can-i` takes it: `patch secrets/certs -n podlag-system`. */
export function printApiCall({ verb, resource, namespace, name }: ApiCall): string {
  const object = name === undefined ? resource : `${resource}/${name}`;
  return namespace === undefined ? `${verb} ${object}` : `${verb} ${object} -n ${namespace}`;
}
