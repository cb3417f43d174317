import { isDeepStrictEqual } from 'node:util';

/** What a value is instead, where `when` (CEL) is true. */
export interface Alternative {
  readonly when: string;
  readonly value: unknown;
}

/** How to print a value. */
export interface CelLayout {
  /** What encloses a CEL expression within a string (see Blanks); undefined when there are none. */
  readonly mark?: string | undefined;
  /** Each has a say only where it differs from the value; of those, the first that applies counts. */
  readonly alternatives?: readonly Alternative[];
  /** How many columns the first line stands in from the left. Default 0. */
  readonly indent?: number;
}

type Mapping = Readonly<Record<string, unknown>>;

const lineWidth = 100;

/**
 * A JSON value as an expression of the Common Expression Language. Where alternatives differ from it, at the innermost
 * field that does, a conditional stands in its place; a field that one of them lacks is null there, which to the API
 * server is the same.
 */
export function celLiteral(value: unknown, layout: CelLayout = {}): string {
  const alternatives = (layout.alternatives ?? []).filter((other) => !isDeepStrictEqual(other.value, value));
  if (alternatives.length === 0) return printed(value, { ...layout, alternatives });
  const values = [value, ...alternatives.map((alternative) => alternative.value)];
  if (!values.every(isMapping)) return conditional(value, { ...layout, alternatives });
  const keys = [...new Set(values.flatMap((mapping) => Object.keys(mapping)))];
  const all = Object.fromEntries(keys.map((key) => [key, (value as Mapping)[key] ?? null]));
  return printed(all, { ...layout, alternatives });
}

/** A text as a string of CEL: all but printable ASCII is escaped, so that no quoting around it matters. */
export function celString(text: string): string {
  // What is no Unicode text (half a surrogate pair) could not be sent to the API server either.
  const escaped = text.toWellFormed().replace(/["\\]|[^\x20-\x7e]/gu, (character) => {
    if (character === '"' || character === '\\') return `\\${character}`;
    const code = character.codePointAt(0) ?? 0;
    return code > 0xffff ? `\\U${hex(code, 8)}` : `\\u${hex(code, 4)}`;
  });
  return `"${escaped}"`;
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0');
}

function conditional(value: unknown, { mark, alternatives = [], indent = 0 }: CelLayout): string {
  const simple = (each: unknown): string => dyn(celLiteral(each, { mark, indent }));
  const cases = alternatives.map(
    (alternative) => `${alternative.when} ? ${simple(alternative.value)}\n${spaces(indent)}: `,
  );
  return `${cases.join('')}${simple(value)}`;
}

function printed(value: unknown, layout: CelLayout): string {
  if (typeof value === 'string') return withBlanks(value, layout.mark);
  if (typeof value === 'number') return celNumber(value);
  if (Array.isArray(value)) {
    return enclosed('[]', layout, (indent) =>
      value.map((item) => dyn(celLiteral(item ?? null, { mark: layout.mark, indent }))),
    );
  }
  if (!isMapping(value)) return value === true ? 'true' : value === false ? 'false' : 'null';
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  return enclosed('{}', layout, (indent) =>
    fields.map(([key, field]) => {
      const alternatives = (layout.alternatives ?? []).map((alternative) => ({
        when: alternative.when,
        value: (alternative.value as Mapping)[key] ?? null,
      }));
      const text = celLiteral(field, { mark: layout.mark, alternatives, indent });
      return `${celString(key)}: ${dyn(text)}`;
    }),
  );
}

// Kubernetes has CEL refuse a list or a map whose values are not of one type; dyn() hides the type.
function dyn(expression: string): string {
  return `dyn(${expression})`;
}

// An integer of CEL has 64 bits; JSON's numbers beyond what JavaScript holds exactly are floating-point anyway.
function celNumber(value: number): string {
  if (Number.isSafeInteger(value)) return String(value === 0 ? 0 : value);
  const text = String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

function withBlanks(text: string, mark: string | undefined): string {
  if (mark === undefined || !text.includes(mark)) return celString(text);
  const parts = text.split(mark).map((part, index) => (index % 2 === 0 ? celString(part) : part));
  return parts.filter((part) => part !== '""').join(' + ');
}

function enclosed(
  brackets: string,
  { indent = 0 }: CelLayout,
  itemsAt: (indent: number) => readonly string[],
): string {
  const [open = '', close = ''] = brackets;
  const items = itemsAt(indent + 2);
  const line = `${open}${items.join(', ')}${close}`;
  if (!line.includes('\n') && indent + line.length <= lineWidth) return line;
  const inner = spaces(indent + 2);
  return `${open}\n${items.map((item) => `${inner}${item}`).join(',\n')}\n${spaces(indent)}${close}`;
}

function spaces(count: number): string {
  return ' '.repeat(count);
}

function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
