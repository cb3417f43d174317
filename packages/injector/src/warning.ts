/** The API server passes longer ones on, but asks webhooks to keep to this; a terminal shows each as one line. */
const longest = 120;

/** A text as an admission warning: with podlag's name in front, one line of printable ASCII, at most 120 characters. */
export function warning(text: string): string {
  const line = `podlag: ${text}`.replace(/[^\x20-\x7e]/g, '?');
  return line.length <= longest ? line : `${line.slice(0, longest - 3)}...`;
}
