import type { Subresource } from '../api-call';
import type { PodPort, Scope } from '../kube-api';
import type { KubeObject, ObjectRef, Resource } from '../resource';
import { pods } from '../resources/pod';

/** `/api/v1/namespaces/podlag-system/secrets` */
export function collectionPath(
  { apiVersion, plural, namespaced }: Resource<KubeObject>,
  namespace?: string,
): string {
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const within = namespaced && namespace !== undefined ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  return `${root}${within}/${plural}`;
}

/** The collection's path, and `/NAME`. */
export function objectPath(resource: Resource<KubeObject>, { name, namespace }: ObjectRef): string {
  return `${collectionPath(resource, namespace)}/${encodeURIComponent(name)}`;
}

/** Of a part of an object: `status`. */
export function subresourcePath(
  resource: Resource<KubeObject>,
  ref: ObjectRef,
  subresource: Subresource | undefined,
): string {
  const path = objectPath(resource, ref);
  return subresource === undefined ? path : `${path}/${subresource}`;
}

/** What the API server passes on to a port of a pod: `/api/v1/namespaces/a/pods/web:2332/proxy/version` for `/version`. */
export function podProxyPath({ namespace, name, port }: PodPort, path: string): string {
  return `${objectPath(pods, { namespace, name: `${name}:${port}` })}/proxy${path}`;
}

/** The path, and the query of what has a value. */
export function withQuery(path: string, query: Readonly<Record<string, string | undefined>>): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) parameters.set(name, value);
  }
  return parameters.size === 0 ? path : `${path}?${parameters.toString()}`;
}

/** The collection's path, with a query that asks for one name where there is one: RBAC by resourceNames allows just that. */
export function scopePath(
  resource: Resource<KubeObject>,
  { namespace, name, labelSelector }: Scope,
  query: Readonly<Record<string, string | undefined>> = {},
): string {
  const fieldSelector = name === undefined ? undefined : `metadata.name=${name}`;
  return withQuery(collectionPath(resource, namespace), { ...query, fieldSelector, labelSelector });
}
