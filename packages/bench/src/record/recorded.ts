import type * as z from 'zod';
import { benchErrors } from '../bench-errors';
import { oneLine } from '../views/block';

/**
 * `value` as what `schema` says that it is.
 *
 * @param where names it in the error: a file, or a file and a line
 * @throws PodlagError `invalid-run`
 */
function recorded<T>(schema: z.ZodType<T>, value: unknown, where: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const detail = result.error.issues.map((issue) => oneLine(said(issue))).join('; ');
  throw benchErrors.error('invalid-run', `${where}: ${detail}`, { cause: result.error });
}

/** JSON text as what `schema` says that it is. @throws PodlagError `invalid-run` */
export function recordedText<T>(schema: z.ZodType<T>, text: string, where: string): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw benchErrors.error('invalid-run', `${where}: it is not JSON: ${oneLine((error as Error).message)}`, {
      cause: error,
    });
  }
  return recorded(schema, value, where);
}

/**
 * `value` as JSON text that a reader takes: it goes the reader's way before it is written.
 *
 * @throws PodlagError `invalid-run` for what a reader would refuse: NaN and Infinity too, which are null in JSON
 */
export function recordText(schema: z.ZodType, value: unknown, where: string, indent?: number): string {
  return JSON.stringify(recordedText(schema, JSON.stringify(value), where), undefined, indent);
}

function said({ path, message }: z.core.$ZodIssue): string {
  return path.length === 0 ? message : `${path.join('.')}: ${message}`;
}
