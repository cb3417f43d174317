import * as z from 'zod';

/** A DNS label (RFC 1123). @param longest default 63, as DNS has it */
export function dnsLabel(longest = 63): z.ZodType<string> {
  return z
    .string(needed)
    .max(longest, `must have at most ${longest} letters`)
    .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, 'must be a DNS label: lower-case letters, digits and "-"');
}

/** Says that a field is missing in words, where zod would speak of types. */
export const needed = {
  error: ({ input }: { readonly input?: unknown }): string | undefined =>
    input === undefined ? 'is needed' : undefined,
};
