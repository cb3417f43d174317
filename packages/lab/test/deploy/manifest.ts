import { loadAll } from 'js-yaml';

/** An object of the Kubernetes API, as far as these tests look at it. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

/** The objects of a text of several YAML documents. */
export function objectsOf(text: string): Manifest[] {
  return (loadAll(text) as (Manifest | null | undefined)[]).filter((object) => !!object);
}

/** `Deployment/podlag-injector` */
export function titleOf({ kind, metadata }: Manifest): string {
  return `${kind}/${metadata.name}`;
}

/**
 * The text of a manifest. No List: kubectl cannot ask the API server whether it would validate one strictly, and then
 * validates by itself. And it does not begin with a brace, by which an older kubectl would take all of it for one JSON.
 */
export function textOf(objects: readonly object[]): string {
  return objects.map((object) => `---\n${JSON.stringify(object)}\n`).join('');
}

/** The one object of that kind, and name where there are several. */
export function find(objects: readonly Manifest[], kind: string, name?: string): Manifest {
  const found = objects.filter(
    (object) => object.kind === kind && (name === undefined || object.metadata.name === name),
  );
  if (found.length !== 1) throw new Error(`${found.length} objects of kind ${kind}, not one`);
  return found[0]!;
}

/** What is at a path of fields and indices; undefined where there is nothing. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (inner, key) => (inner as Record<string | number, unknown> | undefined)?.[key],
    value,
  );
}
