import type { ObjectMeta } from '../resource';

/** What says which object it is, whose, and whether it goes: no annotations, and no managedFields, which are most of the rest. */
export function trimmedMeta(metadata: ObjectMeta): ObjectMeta {
  const { name, namespace, uid, resourceVersion, generation } = metadata;
  const { labels, ownerReferences, creationTimestamp, deletionTimestamp } = metadata;
  return {
    ...{ name, namespace, uid, resourceVersion, generation },
    ...{ labels, ownerReferences, creationTimestamp, deletionTimestamp },
  };
}
