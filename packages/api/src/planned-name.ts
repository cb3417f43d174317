import { hash } from 'node:crypto';

/**
 * What a planned fault does to its packets, as a suffix of its name: none for what a selected pod sends, `.ingress` for what
 * a peer sends to it, `.received` for what a selected pod receives from those whose agent cannot be asked.
 */
export const plannedSides = { own: '', peer: '.ingress', received: '.received' } as const;
export type PlannedSide = keyof typeof plannedSides;

/** RFC 1123: the longest name, and the longest label of one. */
const longest = 253;
const longestLabel = 63;
const hashDigits = 16;

/**
 * What an agent calls the faults that it is planned for an object: `slow-pd.networkfault`. `parts` after the first have no dots, so that two objects of a namespace never share a name. What
 * is no name for an agent is shortened, and keeps apart by a hash.
 */
export function plannedName(kind: string, parts: readonly string[], side: PlannedSide = 'own'): string {
  const suffix = `.${kind}${plannedSides[side]}`;
  const body = parts.join('.');
  const labels = body.split('.');
  const isName = labels.every(
    (label) => label.length <= longestLabel && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(label),
  );
  if (isName && body.length + suffix.length <= longest) return `${body}${suffix}`;
  return `${shortened(labels)}.${hash('sha256', body).slice(0, hashDigits)}${suffix}`;
}

/** A label's worth of it, for people; the hash says which. */
function shortened(labels: readonly string[]): string {
  const words = labels
    .join('-')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-');
  return words.slice(0, longestLabel).replaceAll(/^-+|-+$/g, '') || 'x';
}
