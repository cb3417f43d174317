import type { AddressBlock, PortRange, Protocol } from '@podlag/core';

/** A block of addresses as numbers. */
export type Block = AddressBlock;

/** Packets to (or from) these ports of the peer, or, without ports, all of the protocol. */
export interface PortRule<T> {
  readonly protocol: Protocol;
  readonly ports: PortRange | undefined;
  readonly to: T;
}

/** What becomes of the packets of one block: the first port rule that fits, otherwise the rest. */
export interface Verdict<T> {
  readonly portRules: readonly PortRule<T>[];
  readonly otherwise: T;
}

export interface AddressRule<T> {
  readonly block: Block;
  readonly verdict: Verdict<T>;
}

/**
 * Where each packet goes: to the verdict of the longest block that holds its peer's address, as a route is looked up.
 * A block's verdict is whole: it repeats what wider blocks say about its addresses, so that one look-up is enough.
 */
export interface Rules<T> {
  /** Longest prefix first, each block once. */
  readonly blocks: readonly AddressRule<T>[];
  /** For an address in none of the blocks, and for what is neither IPv4 nor IPv6. */
  readonly everybody: T;
}

/**
 * A packet as the look-up sees it. The peer is the other end: the destination of what leaves the pod, the source of
 * what comes. Ports are absent where there are none: ICMP, and all but the first fragment of a datagram.
 */
export interface Packet {
  readonly family: 4 | 6;
  readonly peer: readonly number[];
  readonly protocol: Protocol | 'other';
  readonly peerPort: number | undefined;
  readonly localPort: number | undefined;
}
