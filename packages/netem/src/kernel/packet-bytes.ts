import type { Packet } from '../tree/rules';
import type { Way } from './match-keys';

/** A packet's protocol in tc's words, and its bytes from the network header on. */
export interface PacketBytes {
  readonly protocol: 'ip' | 'ipv6' | 'arp';
  readonly bytes: Uint8Array;
}

const numbers = {
  4: { tcp: 6, udp: 17, icmp: 1, other: 47 },
  6: { tcp: 6, udp: 17, icmp: 58, other: 47 },
} as const;
/** The pod's own address: nothing asks for it. */
const ownAddress = { 4: [0x0a09_0807], 6: [0xfd00_0000, 0, 0, 7] } as const;
/** Echo request, RFC 792 and RFC 4443. */
const echoRequest = { 4: 8, 6: 128 } as const;

/** The headers of such a packet on its way: RFC 791 or RFC 8200, and the ports behind. */
export function packetBytes(packet: Packet, way: Way): PacketBytes {
  const { family, peer, protocol } = packet;
  const own = ownAddress[family];
  const [source, destination] = way === 'egress' ? [own, peer] : [peer, own];
  const view = new DataView(new ArrayBuffer(64));
  const number = numbers[family][protocol];
  if (family === 4) {
    view.setUint8(0, 0x45);
    // Without ports it is a later fragment, but for what has none anyway.
    if (hasPorts(protocol) && packet.peerPort === undefined) view.setUint16(6, 185);
    view.setUint8(9, number);
  } else {
    view.setUint8(0, 0x60);
    view.setUint8(6, number);
  }
  const addresses = family === 4 ? 12 : 8;
  [...source, ...destination].forEach((word, index) => view.setUint32(addresses + 4 * index, word));
  writePorts(view, packet, way);
  return { protocol: family === 4 ? 'ip' : 'ipv6', bytes: new Uint8Array(view.buffer) };
}

function writePorts(view: DataView, { family, protocol, peerPort, localPort }: Packet, way: Way): void {
  const start = family === 4 ? 20 : 40;
  if (protocol === 'icmp') view.setUint8(start, echoRequest[family]);
  if (!hasPorts(protocol)) return;
  const [source, destination] = way === 'egress' ? [localPort, peerPort] : [peerPort, localPort];
  view.setUint16(start, source ?? 0xabcd);
  view.setUint16(start + 2, destination ?? 0xabcd);
}

function hasPorts(protocol: Packet['protocol']): boolean {
  return protocol === 'tcp' || protocol === 'udp';
}
