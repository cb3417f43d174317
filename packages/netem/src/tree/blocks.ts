import { prefixMask } from '@podlag/core';
import type { Block } from './rules';

/** By family, then by address, and what lies around before what lies within. */
export function compareBlocks(one: Block, other: Block): number {
  if (one === other) return 0;
  if (one.family !== other.family) return one.family - other.family;
  for (let at = 0; at < one.words.length; at += 1) {
    const difference = (one.words[at] ?? 0) - (other.words[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return one.prefixLength - other.prefixLength;
}

/** Whether an address (or the first of another block, no wider one) lies in a block. */
export function holds(block: Block, family: 4 | 6, words: readonly number[]): boolean {
  if (block.family !== family) return false;
  for (let index = 0; index < block.words.length; index += 1) {
    const masked = ((words[index] ?? 0) & prefixMask(block.prefixLength, index)) >>> 0;
    if (masked !== block.words[index]) return false;
  }
  return true;
}

/** A block, and what is to be known of it. */
export interface Placed<T> {
  readonly block: Block;
  readonly value: T;
}

/**
 * Visits each block once, from the outside in, with all values placed on it and with what the visit of the next block
 * around it returned (undefined where there is none). Sorting aside, linear.
 */
export function nest<T, R>(
  placed: readonly Placed<T>[],
  visit: (block: Block, values: readonly T[], around: R | undefined) => R,
): void {
  const sorted = [...placed].sort((one, other) => compareBlocks(one.block, other.block));
  const open: { readonly block: Block; readonly result: R }[] = [];
  for (let at = 0, first = sorted[at]; first; first = sorted[at]) {
    const { block } = first;
    const values = [first.value];
    at += 1;
    for (let next = sorted[at]; next && compareBlocks(next.block, block) === 0; next = sorted[at]) {
      values.push(next.value);
      at += 1;
    }
    let around = open.at(-1);
    while (around && !holds(around.block, block.family, block.words)) {
      open.pop();
      around = open.at(-1);
    }
    open.push({ block, result: visit(block, values, around?.result) });
  }
}
