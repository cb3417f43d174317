import type { Cidr, PortRange, Protocol } from '@podlag/core';
import type { Profile } from '../profile/profile';
import type { Rules } from './rules';

/**
 * What the agent wants on a device, and for what comes in, on the IFB device behind it:
 *
 *     1: htb, default 1                the root
 *     ├── 1:1  ── 2:  pfifo            passes everything that no filter sends elsewhere
 *     ├── 1:10 ── 10: netem            one class and leaf for each set of faults that a packet can meet
 *     └── 1:11 ── 11: netem
 *     filters of 1:, the first that fits wins; kernel/layout.ts has the numbers
 *       exemptions                     to 1:1
 *       addresses, ports, protocols    to the class of the faults that meet them
 *       everything else                to the class of the faults that meet everybody
 *
 * HTB and not prio: prio ends at 16 bands and sorts by the type of service, which hits traffic that nobody meant.
 */
export interface QdiscTree {
  readonly device: string;
  /** What no fault may touch, beside ARP and IPv6 neighbour discovery, which are always exempt. */
  readonly exemptions: readonly Exemption[];
  /** Absent: what leaves is left as if the agent had never been there. */
  readonly egress: Side | undefined;
  /** Absent: what comes is left alone. */
  readonly ingress: Side | undefined;
}

/** One direction. */
export interface Side {
  /** By minor number, rising. */
  readonly classes: readonly ShapedClass[];
  /** To the minor number of a class; `passMinor` for what meets no fault. */
  readonly rules: Rules<number>;
}

/** The packets that meet the same faults share one leaf, and with it a rate. */
export interface ShapedClass {
  readonly minor: number;
  /** The names of the faults, sorted: who this class is. */
  readonly faults: readonly string[];
  readonly profile: Profile;
}

/** The class that passes everything. */
export const passMinor = 1;
/** The first for a set of faults. */
export const firstShapedMinor = 0x10;
/** Class numbers are 16 bits wide; the rest is room for what is not of any fault. */
export const lastShapedMinor = 0xfff0;

/** Traffic that no fault may touch. What is absent does not matter; all that is there must fit. */
export interface Exemption {
  readonly protocol: Protocol | undefined;
  /** Addresses of the other end. */
  readonly peers: readonly Cidr[] | undefined;
  /** Ports of the pod. */
  readonly localPorts: readonly PortRange[] | undefined;
  /** Ports of the other end. */
  readonly peerPorts: readonly PortRange[] | undefined;
}
