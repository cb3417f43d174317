import { prefixMask, type Protocol } from '@podlag/core';
import type { Block, PortRule } from '../tree/rules';
import { matchAll, type AddressOffsets } from './ladder';
import type { U32Key } from './operation';
import { portMasks, type PortMask } from './port-masks';

/** What leaves the pod, or what comes to it. */
export type Way = 'egress' | 'ingress';

/** Offsets of the peer's address: RFC 791 section 3.1, RFC 8200 section 3. */
export const peerOffsets: Readonly<Record<Way, AddressOffsets>> = {
  egress: { 4: 16, 6: 24 },
  ingress: { 4: 12, 6: 8 },
};

/** An IPv4 header without options, so that ports are at 20, and not a later fragment, which has none. */
const withPorts: Readonly<Record<4 | 6, readonly U32Key[]>> = {
  4: [
    { value: 0x05000000, mask: 0x0f000000, offset: 0 },
    { value: 0, mask: 0x1fff, offset: 4 },
  ],
  6: [],
};
const portsOffset = { 4: 20, 6: 40 } as const;
const protocolNumbers = { 4: { tcp: 6, udp: 17, icmp: 1 }, 6: { tcp: 6, udp: 17, icmp: 58 } } as const;

/** Key for the protocol: byte 9 of an IPv4 header, the next header (byte 6) of an IPv6 one. */
function protocolKey(family: 4 | 6, protocol: Protocol): U32Key {
  const number = protocolNumbers[family][protocol];
  return family === 4
    ? { value: number << 16, mask: 0xff0000, offset: 8 }
    : { value: number << 8, mask: 0xff00, offset: 4 };
}

/** Keys for an address within the block. */
export function addressKeys({ family, words, prefixLength }: Block, way: Way): readonly U32Key[] {
  if (prefixLength === 0) return matchAll;
  const keys: U32Key[] = [];
  for (let index = 0; 32 * index < prefixLength; index += 1) {
    const mask = prefixMask(prefixLength, index);
    keys.push({ value: words[index] ?? 0, mask, offset: peerOffsets[way][family] + 4 * index });
  }
  return keys;
}

/** The filters, each a list of keys, that together fit what the port rule fits. */
export function portRuleKeys(
  { protocol, ports }: Pick<PortRule<unknown>, 'protocol' | 'ports'>,
  family: 4 | 6,
  way: Way,
): readonly (readonly U32Key[])[] {
  if (ports === undefined) return [[protocolKey(family, protocol)]];
  return portMasks(ports).map((port) => [
    ...withPorts[family],
    protocolKey(family, protocol),
    portKey(family, peerPortShift[way], port),
  ]);
}

/** The destination port is the lower half of the word. */
const peerPortShift: Readonly<Record<Way, number>> = { egress: 0, ingress: 16 };

function portKey(family: 4 | 6, shift: number, { value, mask }: PortMask): U32Key {
  return { value: (value << shift) >>> 0, mask: (mask << shift) >>> 0, offset: portsOffset[family] };
}

/** What one filter of an exemption asks for; what is absent does not matter. */
export interface FlowMatch {
  readonly family: 4 | 6;
  readonly protocol: Protocol | undefined;
  readonly peer: Block | undefined;
  readonly localPort: PortMask | undefined;
  readonly peerPort: PortMask | undefined;
}

/** All in one filter, in the order of the header; of one word there is one key. */
export function flowKeys(
  { family, protocol, peer, localPort, peerPort }: FlowMatch,
  way: Way,
): readonly U32Key[] {
  const peerShift = peerPortShift[way];
  const keys = [
    ...(localPort || peerPort ? withPorts[family] : []),
    ...(protocol ? [protocolKey(family, protocol)] : []),
    ...(peer && peer.prefixLength > 0 ? addressKeys(peer, way) : []),
    ...(localPort ? [portKey(family, 16 - peerShift, localPort)] : []),
    ...(peerPort ? [portKey(family, peerShift, peerPort)] : []),
  ];
  return keys.length === 0 ? matchAll : merged(keys);
}

/** tc puts keys of the same word together: what is asked has to look like what will be read. */
function merged(keys: readonly U32Key[]): readonly U32Key[] {
  const words = new Map<number, U32Key>();
  for (const key of keys) {
    const { value, mask } = words.get(key.offset) ?? { value: 0, mask: 0 };
    words.set(key.offset, {
      value: (value | key.value) >>> 0,
      mask: (mask | key.mask) >>> 0,
      offset: key.offset,
    });
  }
  return [...words.values()];
}

/** ICMPv6 messages of neighbour discovery, types 133 to 137 (RFC 4861 section 4). */
export const neighbourDiscovery: readonly (readonly U32Key[])[] = portMasks({ first: 133, last: 137 }).map(
  ({ value, mask }) => [
    protocolKey(6, 'icmp'),
    { value: (value << 24) >>> 0, mask: ((mask & 0xff) << 24) >>> 0, offset: 40 },
  ],
);
