import type { Column } from '@podlag/core';
import type { KubeApi, KubeObject } from '@podlag/kube';
import type { ListedObject } from '../output/object-list-output';
import { isObserved, statusOf, type ObjectKind } from './object-kinds';

/** Those of a namespace, or of all, and with these labels; by namespace and name. */
export async function listObjects(
  api: KubeApi,
  kind: ObjectKind,
  namespace: string | undefined,
  labelSelector?: string,
): Promise<readonly KubeObject[]> {
  const objects = await api.list(kind.resource, {
    ...(namespace !== undefined && { namespace }),
    ...(labelSelector !== undefined && { labelSelector }),
  });
  return objects.toSorted(({ metadata: one }, { metadata: other }) =>
    `${one.namespace ?? ''}/${one.name}`.localeCompare(`${other.namespace ?? ''}/${other.name}`, 'en'),
  );
}

/** An object as -o json has it. */
export function listedObject(kind: ObjectKind, object: KubeObject): ListedObject {
  const { name, namespace = '', creationTimestamp } = object.metadata;
  const { phase, pods, startTime, endTime, position, failures, conditions } = statusOf(object);
  // What was last said of another spec is not what is.
  const now = isObserved(object) ? phase : 'Pending';
  const told = conditions.find(({ status, message }) => status === 'False' && message !== undefined);
  return {
    kind: kind.kind,
    namespace,
    name,
    phase: now,
    pods,
    ...(creationTimestamp === undefined ? {} : { created: creationTimestamp }),
    ...(startTime ? { startTime } : {}),
    ...(endTime ? { endTime } : {}),
    ...(position ? { position } : {}),
    ...(told?.message === undefined || now === 'Effective' ? {} : { message: told.message }),
    failures,
  };
}

/** The columns of a list. @param now milliseconds since the epoch, for ages */
export function objectColumns(now: number, withNamespace: boolean): readonly Column<ListedObject>[] {
  const namespace: Column<ListedObject> = { heading: 'NAMESPACE', text: (one) => one.namespace };
  return [
    ...(withNamespace ? [namespace] : []),
    { heading: 'NAME', text: ({ name }) => name },
    { heading: 'PHASE', text: ({ phase }) => phase },
    { heading: 'PODS', text: ({ pods }) => `${pods.effective}/${pods.selected}`, align: 'right' },
    { heading: 'AGE', text: ({ created }) => age(created, now), align: 'right' },
  ];
}

/** Of -o wide, besides. */
export const wideObjectColumns: readonly Column<ListedObject>[] = [
  { heading: 'FAILED', text: ({ pods }) => String(pods.failed), align: 'right' },
  { heading: 'ENDS', text: ({ endTime }) => endTime ?? '' },
  { heading: 'WHY', text: ({ message, failures }) => failures[0]?.detail ?? message ?? '' },
];

/** As kubectl has it: the largest unit, whole. */
function age(created: string | undefined, now: number): string {
  if (created === undefined) return '';
  const seconds = Math.max(0, Math.floor((now - Date.parse(created)) / 1_000));
  if (seconds < 120) return `${seconds}s`;
  if (seconds < 7_200) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3_600)}h`;
  return `${Math.floor(seconds / 86_400)}d`;
}
