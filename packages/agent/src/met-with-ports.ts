import type { Fault } from '@podlag/core';
import { meets, type Packet } from '@podlag/netem';

/**
 * The names of the faults that meet packets like this one to or from ports that they name, and not this one: its port was
 * not said. Of a range its ends are tried.
 */
export function metWithPorts(
  faults: readonly Fault[],
  packet: Packet,
  directions: readonly ('egress' | 'ingress')[],
): readonly string[] {
  if (packet.peerPort !== undefined) return [];
  return faults
    .filter((fault) => {
      const ports = (fault.to ?? []).flatMap((target) => target.ports ?? []);
      const ends = ports.flatMap(({ first, last }) => [first, last]);
      const isMet = (asked: Packet): boolean =>
        directions.some((direction) => meets(fault, asked, direction));
      return !isMet(packet) && ends.some((peerPort) => isMet({ ...packet, peerPort }));
    })
    .map(({ name }) => name)
    .sort();
}
