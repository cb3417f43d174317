import { isRecord, type Json } from './json';

/** A pod, or a pod template, within a document. */
export interface PodPlace {
  /** As a person says it: `Deployment basic-pd`. */
  readonly title: string;
  readonly namespace: string | undefined;
  /** Keys from the document's root to the object that has the pod's metadata and spec. */
  readonly path: readonly (string | number)[];
  /** Kind of the object that will own the pods made from it; undefined for a pod by itself. */
  readonly owner: string | undefined;
}

/** Where the pod template is, by kind; the owner is the one that the API server sees when the pod is created. */
const templates: Readonly<Record<string, { readonly path: readonly string[]; readonly owner?: string }>> = {
  Pod: { path: [] },
  PodTemplate: { path: ['template'] },
  ReplicationController: { path: ['spec', 'template'], owner: 'ReplicationController' },
  ReplicaSet: { path: ['spec', 'template'], owner: 'ReplicaSet' },
  Deployment: { path: ['spec', 'template'], owner: 'ReplicaSet' },
  StatefulSet: { path: ['spec', 'template'], owner: 'StatefulSet' },
  DaemonSet: { path: ['spec', 'template'], owner: 'DaemonSet' },
  Job: { path: ['spec', 'template'], owner: 'Job' },
  CronJob: { path: ['spec', 'jobTemplate', 'spec', 'template'], owner: 'Job' },
};

/** Every pod and pod template of a document, those of a List too. */
export function podPlaces(document: unknown): readonly PodPlace[] {
  if (!isRecord(document)) return [];
  if (document.kind === 'List' && Array.isArray(document.items)) {
    return document.items.flatMap((item, index) =>
      podPlaces(item).map((place) => ({ ...place, path: ['items', index, ...place.path] })),
    );
  }
  const kind = String(document.kind);
  const template = Object.hasOwn(templates, kind) ? templates[kind] : undefined;
  if (template === undefined) return [];
  const metadata = isRecord(document.metadata) ? document.metadata : {};
  return [
    {
      title: `${kind} ${nameOf(metadata)}`,
      namespace: typeof metadata.namespace === 'string' ? metadata.namespace : undefined,
      path: template.path,
      owner: template.owner,
    },
  ];
}

function nameOf({ name, generateName }: Json): string {
  if (typeof name === 'string') return name;
  return typeof generateName === 'string' ? `${generateName}…` : '(unnamed)';
}
