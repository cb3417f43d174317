import { createHash } from 'node:crypto';

/** 8 hexadecimal digits of what makes a thing what it is, for its name in the cache: whatever changes, it is another thing. */
export function shortDigest(inputs: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(inputs)).digest('hex').slice(0, 8);
}
