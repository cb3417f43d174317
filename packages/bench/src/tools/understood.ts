import type * as z from 'zod';
import { unreadable } from './unreadable';

/** A number that JSON does not know, but C programs print. */
const notJson = /"([^"\\]{1,60})"\s*:\s*([-+]?(?:nan|inf)[a-z]*)/i;

/**
 * JSON that a tool wrote, as what the schema says.
 *
 * @throws PodlagError `unreadable-output`, with the first field that is not as it should be
 */
export function understoodJson<T>(tool: string, schema: z.ZodType<T>, text: string): T {
  return understood(tool, schema, parse(tool, text));
}

/**
 * Values that a tool wrote, as what the schema says.
 *
 * @throws PodlagError `unreadable-output`, with the first field that is not as it should be
 */
export function understood<T>(tool: string, schema: z.ZodType<T>, document: unknown): T {
  const result = schema.safeParse(document);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const place = issue?.path.map(String).join('.') ?? '';
  throw unreadable(tool, place === '' ? 'the output' : place, issue?.message ?? 'is not understood');
}

function parse(tool: string, text: string): unknown {
  if (text.trim() === '') throw unreadable(tool, 'the output', 'is empty');
  try {
    return JSON.parse(text);
  } catch (error) {
    const [, field, value] = notJson.exec(text) ?? [];
    if (field !== undefined) throw unreadable(tool, field, `is ${value ?? 'no number'}`);
    throw unreadable(tool, 'the output', `is not JSON: ${(error as Error).message.slice(0, 200)}`);
  }
}
