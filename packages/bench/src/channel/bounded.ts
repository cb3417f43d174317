import * as z from 'zod';
import { benchErrors } from '../bench-errors';
import { dnsLabel } from '../scenario/dns-label';

/** What may come over the channel: each piece has a bound, whoever sends it. */
export const bounded = {
  /** The name of a worker or a benchmark. */
  label: dnsLabel(),
  taskId: z.string().regex(/^[\x21-\x7e]{1,256}$/, 'must be 1 to 256 printable ASCII characters'),
  /** A sentence for people. */
  words: z.string().max(4_096),
  instantMs: z.int().min(0).max(8_640_000_000_000_000),
  /** JSON of a value that `schema` describes. */
  json: <T>(schema: z.ZodType<T>): z.ZodType<T> =>
    z
      .string()
      .max(65_536)
      .transform((text, context): unknown => {
        try {
          return JSON.parse(text);
        } catch {
          context.issues.push({ code: 'custom', message: 'must be JSON', input: text });
          return z.NEVER;
        }
      })
      .pipe(schema),
} as const;

/** @throws PodlagError `bad-message`, with each field that is out of its bounds */
export function readMessage<T>(schema: z.ZodType<T>, wire: unknown, name: string): T {
  const result = schema.safeParse(wire);
  if (result.success) return result.data;
  const detail = result.error.issues
    .map(({ path, message }) => `${[name, ...path.map(String)].join('.')}: ${message}`)
    .join('; ');
  throw benchErrors.error('bad-message', detail);
}
