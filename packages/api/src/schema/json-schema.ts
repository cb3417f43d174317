/** A structural schema of the API server: OpenAPI v3 with the x-kubernetes extensions. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** One of x-kubernetes-validations: a CEL expression that must hold, and what is said where it does not. */
export interface Rule {
  readonly rule: string;
  readonly message: string;
}

interface ObjectOptions {
  readonly required?: readonly string[];
  readonly rules?: readonly Rule[];
}

/** Closed by itself: the API server drops what is not in `properties`, and refuses it where validation is strict. */
export function object(
  description: string,
  properties: Readonly<Record<string, JsonSchema>>,
  { required = [], rules = [] }: ObjectOptions = {},
): JsonSchema {
  return {
    ...{ type: 'object', description },
    ...(required.length > 0 && { required }),
    properties,
    ...validations(rules),
  };
}

/** A list has an upper bound everywhere: the cost of its items' rules is reckoned with it. */
export function list(description: string, items: JsonSchema, [atLeast, atMost]: Bounds): JsonSchema {
  return { type: 'array', description, minItems: atLeast, maxItems: atMost, items };
}

/** Items that are told apart by one of their fields, which two of them may not share. */
export function listByKey(
  description: string,
  items: JsonSchema,
  { key, bounds }: { readonly key: string; readonly bounds: Bounds },
): JsonSchema {
  return {
    ...list(description, items, bounds),
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': [key],
  };
}

/** The least and the most. */
export type Bounds = readonly [atLeast: number, atMost: number];

/** A string of at most `longest` characters; rules over it need that bound for their cost. */
export function text(description: string, longest: number, ...rules: readonly Rule[]): JsonSchema {
  return { type: 'string', description, maxLength: longest, ...validations(rules) };
}

/** A string of a shape that people know: it may be in lists of lists, where a rule for each would cost too much. */
export function shaped(description: string, longest: number, pattern: string): JsonSchema {
  return { type: 'string', description, maxLength: longest, pattern };
}

/** A whole number within bounds. */
export function integer(description: string, [minimum, maximum]: Bounds): JsonSchema {
  return { type: 'integer', format: 'int64', description, minimum, maximum };
}

/** One of some words. */
export function oneOf(description: string, values: readonly string[]): JsonSchema {
  return { type: 'string', description, enum: values };
}

/** A boolean. */
export function yesOrNo(description: string): JsonSchema {
  return { type: 'boolean', description };
}

/** A moment; RFC 3339. */
export function time(description: string): JsonSchema {
  return { type: 'string', format: 'date-time', description };
}

/** The API server fills it in, before it looks at the rules. */
export function withDefault(value: unknown, schema: JsonSchema): JsonSchema {
  return { ...schema, default: value };
}

/** In words, for a rule over what `pattern` cannot say readably. RE2, as CEL has it. */
export function matching(pattern: string, message: string): Rule {
  return { rule: `self.matches(${celText(pattern)})`, message };
}

/** A CEL string literal; raw, so that a pattern reads as it is. */
export function celText(value: string): string {
  return `r'${value}'`;
}

function validations(rules: readonly Rule[]): JsonSchema {
  return rules.length > 0 ? { 'x-kubernetes-validations': rules } : {};
}
