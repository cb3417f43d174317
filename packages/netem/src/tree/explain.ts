import { blockOf, type Cidr } from '@podlag/core';
import type { Profile } from '../profile/profile';
import { holds } from './blocks';
import { hasPorts, isIn, lookUp } from './look-up';
import { passMinor, type Exemption, type QdiscTree } from './qdisc-tree';
import type { Packet } from './rules';

/** What becomes of a packet, and why. */
export interface Explanation {
  readonly exempt: boolean;
  /** A sentence for people. */
  readonly reason: string;
  /** The names of those that it meets, sorted. */
  readonly faults: readonly string[];
  /** As tc writes it; undefined where nothing is shaped in this direction. */
  readonly classid: string | undefined;
  /** Undefined: passes untouched. */
  readonly profile: Profile | undefined;
}

const untouched = { faults: [], profile: undefined } as const;
const passClass = `1:${passMinor.toString(16)}`;

/**
 * What the tree does to a packet of IPv4 or IPv6, by the rules that the kernel was given. ARP and IPv6 neighbour
 * discovery, always exempt, are no packets of this kind.
 */
export function explain(tree: QdiscTree, packet: Packet, direction: 'egress' | 'ingress'): Explanation {
  const side = tree[direction];
  if (side === undefined) {
    return { ...untouched, exempt: false, reason: `no fault shapes ${direction}`, classid: undefined };
  }
  if (tree.exemptions.some((exemption) => isExempt(exemption, packet))) {
    return { ...untouched, exempt: true, reason: 'exempt: no fault may touch it', classid: passClass };
  }
  const minor = lookUp(side.rules, packet);
  const shaped = side.classes.find((one) => one.minor === minor);
  if (shaped === undefined)
    return { ...untouched, exempt: false, reason: 'meets no fault', classid: passClass };
  const { faults, profile } = shaped;
  return {
    exempt: false,
    reason: `meets ${faults.join(', ')}`,
    faults,
    classid: `1:${minor.toString(16)}`,
    profile,
  };
}

/** Whether a packet is one that no fault may touch: all that the exemption names has to fit. */
export function isExempt({ protocol, peers, localPorts, peerPorts }: Exemption, packet: Packet): boolean {
  if (protocol !== undefined && protocol !== packet.protocol) return false;
  if (peers !== undefined && !peers.some((peer) => isWithin(peer, packet))) return false;
  if (localPorts !== undefined && !(hasPorts(packet) && isIn(localPorts, packet.localPort))) return false;
  return peerPorts === undefined || (hasPorts(packet) && isIn(peerPorts, packet.peerPort));
}

function isWithin(peer: Cidr, { family, peer: words }: Packet): boolean {
  return holds(blockOf(peer), family, words);
}
