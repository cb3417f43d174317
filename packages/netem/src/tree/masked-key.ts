import { prefixMask } from '@podlag/core';

/** The prefix of an address as a key of a map. */
export function maskedKey(words: readonly number[], prefixLength: number): string | number {
  const masked = words.map((word, index) => (word & prefixMask(prefixLength, index)) >>> 0);
  return masked.length === 1 ? (masked[0] ?? 0) : masked.join(' ');
}
