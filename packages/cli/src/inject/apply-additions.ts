import type { AddOperation } from '@podlag/injector';
import { isRecord } from './json';

/**
 * The document after the injector's patch, as the API server would make it: RFC 6902, section 4.1, of `add` alone, since
 * the injector has no other operation. The document that is given stays as it is.
 */
export function applyAdditions(document: unknown, operations: readonly AddOperation[]): unknown {
  return operations.reduce((result, { path, value }) => add(result, tokensOf(path), value), document);
}

/** RFC 6901, section 4. */
function tokensOf(pointer: string): readonly string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function add(target: unknown, [token, ...rest]: readonly string[], value: unknown): unknown {
  if (token === undefined) return value;
  if (Array.isArray(target)) return addToList(target as unknown[], token, rest, value);
  const object = isRecord(target) ? target : {};
  return { ...object, [token]: add(object[token], rest, value) };
}

function addToList(
  list: readonly unknown[],
  token: string,
  rest: readonly string[],
  value: unknown,
): unknown[] {
  const index = token === '-' ? list.length : Number(token);
  return rest.length === 0
    ? list.toSpliced(index, 0, value)
    : list.with(index, add(list[index], rest, value));
}
