/** The API server passes longer ones on, but asks webhooks to keep to this; a terminal shows each as one line. */
const longest = 120;

const prefix = 'podlag: ';

/** A text as an admission warning: with podlag's name in front, one line of printable ASCII, at most 120 characters. */
export function warning(text: string): string {
  const line = `${prefix}${text}`.replace(/[^\x20-\x7e]/g, '?');
  return line.length <= longest ? line : `${line.slice(0, longest - 3)}...`;
}

/** The warnings of one decision in one line, with podlag's name in front once. */
export function inOneLine(warnings: readonly string[]): string {
  return prefix + warnings.map((line) => line.slice(prefix.length)).join('; ');
}
