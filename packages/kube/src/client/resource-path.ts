import type { Scope } from '../kube-api';
import type { KubeObject, ObjectRef, Resource } from '../resource';

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

/** The collection's path, with a query that asks for one name where there is one: RBAC by resourceNames allows just that. */
export function scopePath(
  resource: Resource<KubeObject>,
  { namespace, name }: Scope,
  query: Readonly<Record<string, string>> = {},
): string {
  const parameters = new URLSearchParams(query);
  if (name !== undefined) parameters.set('fieldSelector', `metadata.name=${name}`);
  const path = collectionPath(resource, namespace);
  return parameters.size === 0 ? path : `${path}?${parameters.toString()}`;
}
