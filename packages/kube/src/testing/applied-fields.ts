import { isDeepStrictEqual } from 'node:util';
import type { ApplyOptions } from '../kube-api';
import type { KubeObject } from '../resource';

/** The names of the fields from the object's root down, as `["spec","replicas"]` in JSON. */
type Path = string;
type Fields = Record<string, unknown>;

/** What came of an apply: the object, or the fields that belong to others. */
export type Applied =
  | { readonly kind: 'applied'; readonly object: KubeObject; readonly owned: ReadonlySet<Path> }
  | { readonly kind: 'conflict'; readonly fields: readonly string[]; readonly manager: string };

/** Which fields each manager has given of one object. */
export type Managers = ReadonlyMap<string, ReadonlySet<Path>>;

/**
 * Server-side apply, as far as objects and atomic lists go: a list is one value here, whatever its schema says. Only what was
 * applied has an owner.
 */
export function applied(
  present: KubeObject | undefined,
  given: KubeObject,
  managers: Managers,
  { fieldManager, force = false }: ApplyOptions,
): Applied {
  const leaves = leavesOf(given);
  const others = new Map([...managers].filter(([manager]) => manager !== fieldManager));
  const conflict = force ? undefined : conflictWith(others, leaves, present);
  if (conflict !== undefined) return conflict;
  const object: Record<string, unknown> = structuredClone({ ...(present ?? given) });
  const isOfOthers = (path: Path): boolean => [...others.values()].some((owned) => owned.has(path));
  for (const path of managers.get(fieldManager) ?? []) {
    if (!leaves.has(path) && !isOfOthers(path)) unset(object, names(path));
  }
  for (const [path, value] of leaves) set(object, names(path), structuredClone(value));
  return { kind: 'applied', object: object as unknown as KubeObject, owned: new Set(leaves.keys()) };
}

function conflictWith(
  others: Managers,
  leaves: ReadonlyMap<Path, unknown>,
  present: KubeObject | undefined,
): Applied | undefined {
  for (const [manager, owned] of others) {
    const fields = [...leaves]
      .filter(([path, value]) => owned.has(path) && !isDeepStrictEqual(valueAt(present, path), value))
      .map(([path]) => printed(path));
    if (fields.length > 0) return { kind: 'conflict', manager, fields };
  }
  return undefined;
}

/** What others still own after `fieldManager` has taken fields over. */
export function withOwner(managers: Managers, fieldManager: string, owned: ReadonlySet<Path>): Managers {
  const others = [...managers].filter(([manager]) => manager !== fieldManager);
  return new Map([...others, [fieldManager, owned]]);
}

/** Which object it is is nobody's field. */
const identity = new Set(
  [['apiVersion'], ['kind'], ['metadata', 'name'], ['metadata', 'namespace'], ['metadata', 'uid']].map(
    (path) => JSON.stringify(path),
  ),
);

function leavesOf(object: KubeObject): ReadonlyMap<Path, unknown> {
  const leaves = new Map<Path, unknown>();
  const walk = (value: unknown, at: readonly string[]): void => {
    if (isFields(value) && Object.keys(value).length > 0) {
      for (const [name, inner] of Object.entries(value)) walk(inner, [...at, name]);
    } else if (value !== undefined) {
      leaves.set(JSON.stringify(at), value);
    }
  };
  walk(object, []);
  for (const path of identity) leaves.delete(path);
  return leaves;
}

const names = (path: Path): readonly string[] => JSON.parse(path) as readonly string[];

/** As the API server names it: `.spec.replicas`. */
const printed = (path: Path): string => `.${names(path).join('.')}`;

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function valueAt(object: unknown, path: Path): unknown {
  return names(path).reduce<unknown>((value, name) => (isFields(value) ? value[name] : undefined), object);
}

function set(object: Record<string, unknown>, [name = '', ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) {
    object[name] = value;
    return;
  }
  const inner = isFields(object[name]) ? { ...object[name] } : {};
  object[name] = inner;
  set(inner, rest, value);
}

function unset(object: Record<string, unknown>, [name = '', ...rest]: readonly string[]): void {
  const inner = object[name];
  if (rest.length > 0 && isFields(inner)) unset(inner, rest);
  if (rest.length === 0 || (isFields(inner) && Object.keys(inner).length === 0)) {
    Reflect.deleteProperty(object, name);
  }
}
