import type { SeenObject } from '../world/custom-objects';
import { resourceOf } from './resource-of';
import type { StatusPlace } from './status-writer';

/** Where the status of an object goes. */
export function statusPlace({ key, kind, object }: Pick<SeenObject, 'key' | 'kind' | 'object'>): StatusPlace {
  const { namespace = '', name, uid = '', resourceVersion } = object.metadata;
  return { key, resource: resourceOf(kind), namespace, name, uid, resourceVersion, status: object.status };
}
