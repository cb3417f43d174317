import type { Outcome } from '../desired/outcome';

/**
 * For so long a controller that has just begun to lead takes its time for what the one before it knew: the addresses of
 * hostnames, and round trips. In milliseconds.
 */
export const learningMs = 30_000;

/**
 * The namespaces in which an object waits for what is still to be learnt. A plan without that object would take away what
 * agents there hold of it. Objects concern agents of their own namespace alone.
 */
export function unlearntNamespaces(outcomes: ReadonlyMap<string, Outcome>): ReadonlySet<string> {
  const waiting = [...outcomes].filter(([, { isLearning }]) => isLearning);
  return new Set(waiting.flatMap(([objectKey]) => objectKey.split('/').slice(1, 2)));
}
