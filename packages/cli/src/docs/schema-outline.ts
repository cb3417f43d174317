import * as z from 'zod';

interface JsonSchema {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly const?: unknown;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly additionalProperties?: JsonSchema | boolean;
}

/** A schema as a reader of the manual wants it: the shape of the document, a field a line, with what it means. */
export function schemaOutline(schema: z.ZodType): string {
  return outline(z.toJSONSchema(schema, { io: 'output' }) as JsonSchema, '');
}

function outline(schema: JsonSchema, indent: string): string {
  if (schema.anyOf) return schema.anyOf.map((one) => outline(one, indent)).join(' | ');
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  if (schema.items) return `[${outline(schema.items, indent)}]`;
  if (schema.type === 'object') return objectOutline(schema, indent);
  return schema.type ?? 'anything';
}

function objectOutline(
  { properties = {}, required = [], additionalProperties }: JsonSchema,
  indent: string,
): string {
  const inner = `${indent}  `;
  const fields = Object.entries(properties).map(([name, field]) => {
    const optional = required.includes(name) ? '' : '?';
    const meaning = field.description === undefined ? '' : `  // ${field.description}`;
    return `${inner}${name}${optional}: ${outline(field, inner)}${meaning}\n`;
  });
  const others =
    typeof additionalProperties === 'object'
      ? `${inner}NAME: ${valueOutline(additionalProperties, inner)}\n`
      : '';
  return fields.length === 0 && others === '' ? '{ }' : `{\n${fields.join('')}${others}${indent}}`;
}

function valueOutline(schema: JsonSchema, indent: string): string {
  return Object.keys(schema).length === 0 ? 'anything' : outline(schema, indent);
}
