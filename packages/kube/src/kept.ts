import type { KubeObject, Resource } from './resource';

/** What a watch holds on to of an object. */
export function kept<T extends KubeObject>(resource: Resource<T>, object: T): T {
  if (resource.labelsOnly === true) return withLabelsOnly(resource, object);
  return resource.keep?.(object) ?? object;
}

function withLabelsOnly<T extends KubeObject>({ apiVersion, kind }: Resource<T>, { metadata }: T): T {
  const { name, namespace, uid, resourceVersion, labels } = metadata;
  const trimmed = {
    ...{ name, uid, resourceVersion },
    ...(namespace === undefined ? {} : { namespace }),
    ...(labels === undefined ? {} : { labels }),
  };
  return { apiVersion, kind, metadata: trimmed } as unknown as T;
}
