import type { Cidr } from './target';

const dot = 0x2e;
const zero = 0x30;

/** A block of addresses as numbers: one 32-bit word for IPv4, four for IPv6; what is beyond the prefix is zero. */
export interface AddressBlock {
  readonly family: 4 | 6;
  readonly words: readonly number[];
  readonly prefixLength: number;
}

/** The addresses that a Cidr means: `10.0.0.7/8` is all of 10.0.0.0/8, as ip(8) and tc(8) read it. */
export function blockOf({ family, address, prefixLength }: Cidr): AddressBlock {
  const words = addressWords(address).map((word, index) => (word & prefixMask(prefixLength, index)) >>> 0);
  return { family, words, prefixLength };
}

/** Which bits of the word at `index` belong to a prefix of this length, as an unsigned number. */
export function prefixMask(prefixLength: number, index: number): number {
  const bits = Math.min(32, Math.max(0, prefixLength - 32 * index));
  return bits === 0 ? 0 : (0xffffffff << (32 - bits)) >>> 0;
}

/** An address that node:net's isIP takes, in 32-bit words: one or four. */
export function addressWords(address: string): readonly number[] {
  if (!address.includes(':')) return [ipv4Word(address)];
  const [head = '', tail] = address.split('::');
  const left = groupsOf(head);
  const right = groupsOf(tail ?? '');
  const groups = [...left, ...new Array<number>(8 - left.length - right.length).fill(0), ...right];
  return [0, 2, 4, 6].map((at) => (((groups[at] ?? 0) << 16) | (groups[at + 1] ?? 0)) >>> 0);
}

/** A block as text, in the one form that RFC 5952 recommends; parseCidr reads it back. */
export function printBlock({ words, prefixLength }: AddressBlock): string {
  return `${printAddress(words)}/${prefixLength}`;
}

/** An address as text: dotted for one word, by RFC 5952 for four. */
export function printAddress(words: readonly number[]): string {
  if (words.length === 1) return [24, 16, 8, 0].map((shift) => ((words[0] ?? 0) >>> shift) & 0xff).join('.');
  const groups = words.flatMap((word) => [word >>> 16, word & 0xffff]);
  const { start, length } = longestZeros(groups);
  const print = (part: readonly number[]): string => part.map((group) => group.toString(16)).join(':');
  // RFC 5952, section 4.2.2: a single zero is not shortened.
  if (length < 2) return print(groups);
  return `${print(groups.slice(0, start))}::${print(groups.slice(start + length))}`;
}

/** RFC 4291, section 2.5.5.2: these stand for IPv4 inside programs and are never seen in a packet. */
export function isIpv4Mapped({ family, words, prefixLength }: AddressBlock): boolean {
  return family === 6 && prefixLength >= 96 && words[0] === 0 && words[1] === 0 && words[2] === 0xffff;
}

/** Character by character: a plan has thousands of addresses, and their parts as strings are more work than the rest. */
function ipv4Word(address: string): number {
  let word = 0;
  let byte = 0;
  for (let index = 0; index < address.length; index += 1) {
    const code = address.charCodeAt(index);
    if (code === dot) {
      word = (word << 8) | byte;
      byte = 0;
    } else {
      byte = byte * 10 + (code - zero);
    }
  }
  return ((word << 8) | byte) >>> 0;
}

function groupsOf(text: string): readonly number[] {
  if (text === '') return [];
  return text.split(':').flatMap((group) => {
    if (!group.includes('.')) return [parseInt(group, 16)];
    const word = ipv4Word(group);
    return [word >>> 16, word & 0xffff];
  });
}

/** The first of the longest runs: RFC 5952, section 4.2.3. */
function longestZeros(groups: readonly number[]): { readonly start: number; readonly length: number } {
  let best = { start: 0, length: 0 };
  let start = 0;
  for (const [index, group] of groups.entries()) {
    if (group !== 0) start = index + 1;
    else if (index + 1 - start > best.length) best = { start, length: index + 1 - start };
  }
  return best;
}
