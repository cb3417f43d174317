/** An object of a document, whatever is in it. */
export type Json = Readonly<Record<string, unknown>>;

/** True for a mapping; a list is none. */
export function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What is at `path`, or undefined. */
export function valueAt(document: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (value as Record<string | number, unknown> | undefined)?.[key],
    document,
  );
}

/** The document with `value` at `path`; the rest is the same objects. */
export function withValueAt(
  document: unknown,
  [key, ...rest]: readonly (string | number)[],
  value: unknown,
): unknown {
  if (key === undefined) return value;
  if (Array.isArray(document)) {
    return document.map((item: unknown, index) => (index === key ? withValueAt(item, rest, value) : item));
  }
  const object = isRecord(document) ? document : {};
  return { ...object, [key]: withValueAt(object[key], rest, value) };
}
