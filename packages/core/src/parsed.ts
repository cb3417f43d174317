import * as z from 'zod';

/**
 * A zod schema out of a function that returns a value or throws for people, such as a value object's `parse`. The
 * error's message becomes the issue's; the leading `field: ` goes, since the issue's path says it better.
 */
export function parsed<T>(parse: (value: unknown, field: string) => T): z.ZodType<T> {
  return z.unknown().transform((value, context): T => {
    try {
      return parse(value, '');
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      context.issues.push({ code: 'custom', message: message.replace(/^: /, ''), input: value });
      return z.NEVER;
    }
  });
}
