import { addressWords, printAddress, type Cidr } from '@podlag/core';

interface Block {
  readonly words: readonly number[];
  readonly prefixLength: number;
}

/** The fewest blocks that cover exactly these addresses, IPv4 before IPv6, each in ascending order. The order and repetition of `addresses` do not matter. */
export function joined(addresses: Iterable<string>): readonly Cidr[] {
  const all = [...new Set(addresses)].map(addressWords).sort(compareWords);
  const stack: Block[] = [];
  for (const words of all) {
    if (stack.length > 0 && compareWords(stack.at(-1)?.words ?? [], words) === 0) continue;
    push(stack, { words, prefixLength: words.length * 32 });
  }
  return stack.map(({ words, prefixLength }) => ({
    family: words.length === 1 ? 4 : 6,
    address: printAddress(words),
    prefixLength,
  }));
}

/** In the one spelling that equal addresses share: RFC 5952. */
export function canonical(address: string): string {
  return address.includes(':') ? printAddress(addressWords(address)) : address;
}

/** Two halves of a block become the block, which may be the half of another. */
function push(stack: Block[], block: Block): void {
  const before = stack.at(-1);
  if (before === undefined || !areHalves(before, block)) {
    stack.push(block);
    return;
  }
  stack.pop();
  push(stack, { words: before.words, prefixLength: before.prefixLength - 1 });
}

function areHalves(lower: Block, upper: Block): boolean {
  if (lower.words.length !== upper.words.length || lower.prefixLength !== upper.prefixLength) return false;
  const last = lower.prefixLength - 1;
  const bit = (1 << (31 - (last % 32))) >>> 0;
  return lower.words.every((word, index) => {
    const isBitsWord = index === last >>> 5;
    return (isBitsWord ? (word | bit) >>> 0 : word) === upper.words[index];
  });
}

function compareWords(one: readonly number[], other: readonly number[]): number {
  if (one.length !== other.length) return one.length - other.length;
  const at = one.findIndex((word, index) => word !== other[index]);
  return at < 0 ? 0 : (one[at] ?? 0) - (other[at] ?? 0);
}
