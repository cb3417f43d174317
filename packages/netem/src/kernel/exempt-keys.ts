import { blockOf, type Protocol } from '@podlag/core';
import type { Exemption } from '../tree/qdisc-tree';
import type { Block } from '../tree/rules';
import { flowKeys, neighbourDiscovery, type FlowMatch, type Way } from './match-keys';
import type { U32Key } from './operation';
import { portMasks, type PortMask } from './port-masks';

/** One filter of an exemption. */
export interface ExemptFilter {
  readonly family: 4 | 6;
  readonly keys: readonly U32Key[];
}

/**
 * What no fault may touch, as filters: IPv6 neighbour discovery, or the first packet to a neighbour would wait twice,
 * then what the tree exempts. ARP has a pref of its own.
 */
export function exemptKeys(exemptions: readonly Exemption[], way: Way): readonly ExemptFilter[] {
  return [
    ...neighbourDiscovery.map((keys): ExemptFilter => ({ family: 6, keys })),
    ...exemptions.flatMap((exemption) =>
      flows(exemption).map((flow): ExemptFilter => ({ family: flow.family, keys: flowKeys(flow, way) })),
    ),
  ];
}

/** Each way in which all that an exemption asks for can be met. */
function flows({ protocol, peers, localPorts, peerPorts }: Exemption): readonly FlowMatch[] {
  const portful = localPorts !== undefined || peerPorts !== undefined;
  const ports = masksOf(localPorts).flatMap((localPort) =>
    masksOf(peerPorts).map((peerPort) => ({ localPort, peerPort })),
  );
  return peerBlocks(peers).flatMap((peer) =>
    protocolsOf(protocol, portful).flatMap((one) =>
      ports.map((both): FlowMatch => ({ ...peer, ...both, protocol: one })),
    ),
  );
}

function peerBlocks(
  peers: Exemption['peers'],
): readonly { readonly family: 4 | 6; readonly peer: Block | undefined }[] {
  if (peers === undefined)
    return [
      { family: 4, peer: undefined },
      { family: 6, peer: undefined },
    ];
  return peers.map((cidr) => ({ family: cidr.family, peer: blockOf(cidr) }));
}

/** Ports are those of TCP and UDP; where others have their ports, other things stand. */
function protocolsOf(protocol: Protocol | undefined, portful: boolean): readonly (Protocol | undefined)[] {
  if (!portful) return [protocol];
  return protocol === undefined ? ['tcp', 'udp'] : [protocol];
}

function masksOf(ranges: Exemption['localPorts']): readonly (PortMask | undefined)[] {
  return ranges === undefined ? [undefined] : ranges.flatMap(portMasks);
}
