import * as z from 'zod';

/** The longest word for people that is kept, in characters. */
const mostOfWord = 1_024;
/** The longest name: an RFC 1123 subdomain, in characters. */
const mostOfName = 253;

/**
 * A text of an agent's, cut to what is kept of it: whoever listens on the port of a pod says what it likes, as long as it
 * likes, and it goes into memory, logs and statuses.
 */
export const word: z.ZodType<string> = z.string().transform((text) => cut(text, mostOfWord));

/** A name of an agent's, cut as a word is. */
export const nameWord: z.ZodType<string> = z.string().transform((text) => cut(text, mostOfName));

/** As a word is cut. */
export function cutWord(text: string): string {
  return cut(text, mostOfWord);
}

function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  // A copy: a slice of V8's holds on to all that it was sliced of.
  return Buffer.from(`${text.slice(0, most - 1)}…`).toString();
}
