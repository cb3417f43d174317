import type { PortRange } from '@podlag/core';

/** The ports whose bits under `mask` are those of `value`. */
export interface PortMask {
  readonly value: number;
  readonly mask: number;
}

const allPorts = 0xffff;

/** The fewest masks that cover exactly this range: u32 compares bits and knows no "from, to". At most 30. */
export function portMasks({ first, last }: PortRange): readonly PortMask[] {
  const masks: PortMask[] = [];
  for (let port = first; port <= last;) {
    let size = 1;
    while (port % (size * 2) === 0 && port + size * 2 - 1 <= last) size *= 2;
    masks.push({ value: port, mask: allPorts & ~(size - 1) });
    port += size;
  }
  return masks;
}
