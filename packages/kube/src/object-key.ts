import type { KubeObject, ObjectRef, Resource } from './resource';

/** What a watch calls an object: `name`, or `namespace/name` where the kind is namespaced. */
export function keyOf(resource: Resource<KubeObject>, { namespace, name }: ObjectRef): string {
  return resource.namespaced ? `${namespace ?? ''}/${name}` : name;
}
