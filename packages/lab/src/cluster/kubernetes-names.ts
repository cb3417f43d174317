import { createHash } from 'node:crypto';

/** No vowels and nothing that looks like one, so that no name is a word (k8s.io/apimachinery, util/rand). */
const alphabet = 'bcdfghjklmnpqrstvwxz2456789';

const suffixLength = 5;

/** A name has 63 characters; what is generated keeps room for the suffix (apiserver, storage/names). */
const longestBase = 63 - suffixLength;

/**
 * What a controller writes into a pod's labels for the version of its template. The same template always gives the same
 * one, though not the one of a real cluster, whose hash is over its own in-memory form.
 */
export function templateHash(template: unknown): string {
  return safeEncode(String(fnv1a(JSON.stringify(template))));
}

/**
 * `generateName` as the API server completes it, but the same each time for the same seed.
 *
 * @param seed what tells this pod from the others of its kind
 */
export function generatedName(generateName: string, seed: string): string {
  const digits = [...createHash('sha256').update(`${generateName}/${seed}`).digest()].slice(0, suffixLength);
  return generateName.slice(0, longestBase) + digits.map(letter).join('');
}

/** An object's uid, the same each time for the same words. A UUID of version 8 (RFC 9562, 5.8). */
export function uidOf(...words: readonly string[]): string {
  const hex = createHash('sha256').update(words.join('/')).digest('hex');
  const [first, second, third, fourth] = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(13, 16),
    hex.slice(17, 20),
  ];
  return `${first}-${second}-8${third}-8${fourth}-${hex.slice(20, 32)}`;
}

/** Each character by its code, as Kubernetes turns a number into a part of a name. */
function safeEncode(text: string): string {
  return [...Buffer.from(text)].map(letter).join('');
}

function letter(code: number): string {
  return alphabet.charAt(code % alphabet.length);
}

/** FNV-1a, 32 bits. */
function fnv1a(text: string): number {
  return Buffer.from(text).reduce((hash, byte) => Math.imul(hash ^ byte, 0x01000193) >>> 0, 0x811c9dc5);
}
