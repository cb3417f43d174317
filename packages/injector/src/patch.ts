import type { Pod } from './pod';

/** One operation of a JSON patch (RFC 6902). Only `add`: an operation that replaces could lose what it does not know. */
export interface AddOperation {
  readonly op: 'add';
  readonly path: string;
  readonly value: unknown;
}

/** What a pod gets, in the order in which it is to stand. */
export interface Additions {
  /** Before the pod's own init containers. */
  readonly initContainers: readonly unknown[];
  /** After the pod's own containers. */
  readonly containers: readonly unknown[];
  readonly volumes: readonly unknown[];
  readonly annotations: Readonly<Record<string, string>>;
}

/**
 * The patch that adds `additions` to `pod`: one operation for each thing that is added, or one for a whole list that
 * the pod does not have. Its length depends on the template alone, never on the pod.
 */
export function patchFor(pod: Pod, additions: Additions): readonly AddOperation[] {
  const { metadata, spec } = pod;
  return [
    ...addToMap('/metadata/annotations', metadata.annotations, additions.annotations),
    ...addToFront('/spec/initContainers', spec.initContainers, additions.initContainers),
    ...addToEnd('/spec/containers', spec.containers, additions.containers),
    ...addToEnd('/spec/volumes', spec.volumes, additions.volumes),
  ];
}

type Present = object | null | undefined;

function isAbsent(present: Present): boolean {
  return present === undefined || present === null;
}

function addToMap(path: string, present: Present, entries: Readonly<Record<string, string>>): AddOperation[] {
  if (isAbsent(present)) return [add(path, entries)];
  return Object.entries(entries).map(([name, value]) => add(`${path}/${pointerToken(name)}`, value));
}

function addToFront(path: string, present: Present, items: readonly unknown[]): AddOperation[] {
  if (items.length === 0) return [];
  if (isAbsent(present)) return [add(path, items)];
  return items.map((item, index) => add(`${path}/${index}`, item));
}

function addToEnd(path: string, present: Present, items: readonly unknown[]): AddOperation[] {
  if (items.length === 0) return [];
  if (isAbsent(present)) return [add(path, items)];
  return items.map((item) => add(`${path}/-`, item));
}

function add(path: string, value: unknown): AddOperation {
  return { op: 'add', path, value };
}

/** RFC 6901, section 3. */
function pointerToken(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}
