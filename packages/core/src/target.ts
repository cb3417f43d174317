import { isIP } from 'node:net';
import { blockOf, isIpv4Mapped, printAddress } from './address';
import { quote } from './decimal';

/** A block of addresses, `10.244.1.0/24` or `fd00::/8`; a bare address is a block of one. */
export interface Cidr {
  readonly family: 4 | 6;
  readonly address: string;
  readonly prefixLength: number;
}

/** Ports from `first` to `last`, both within; one port when they are equal. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}

const blockPattern = /^([0-9a-fA-F.:]{2,45})(?:\/([0-9]{1,3}))?$/;

export const protocols = ['tcp', 'udp', 'icmp'] as const;
export type Protocol = (typeof protocols)[number];

/** Whom a fault meets: packets to (or, coming in, from) this block, narrowed by the peer's port and by protocol where given. */
export interface Target {
  /** Absent: every address, IPv4 and IPv6; then ports or a protocol are there. */
  readonly cidr?: Cidr | undefined;
  readonly ports?: readonly PortRange[] | undefined;
  readonly protocol?: Protocol | undefined;
}

/** @throws Error with a message for people; the caller knows the field */
export function parseCidr(input: unknown): Cidr {
  const [, address = '', prefix] = (typeof input === 'string' ? blockPattern.exec(input) : null) ?? [];
  const version = isIP(address);
  const family = version === 4 ? 4 : 6;
  const widest = family === 4 ? 32 : 128;
  const prefixLength = prefix === undefined ? widest : Number(prefix);
  if (version === 0 || prefixLength > widest) {
    throw new Error(`${quote(input)} is not an address block like 10.244.1.0/24 or fd00::/8`);
  }
  const cidr: Cidr = { family, address, prefixLength };
  if (family === 6) refuseIpv4Mapped(cidr, input);
  return cidr;
}

/** Not read as IPv4 in silence: what comes back from the API would not be what went in. */
function refuseIpv4Mapped(cidr: Cidr, input: unknown): void {
  const block = blockOf(cidr);
  if (!isIpv4Mapped(block)) return;
  const meant = `${printAddress(block.words.slice(3))}/${cidr.prefixLength - 96}`;
  throw new Error(`${quote(input)} is IPv4 inside IPv6, which no packet carries: write ${meant}`);
}

export function printCidr(cidr: Cidr): string {
  return `${cidr.address}/${cidr.prefixLength}`;
}

/** Reads `2379`, `"2379"` or `"20160-20180"`. @throws Error with a message for people */
export function parsePortRange(input: unknown): PortRange {
  const text = typeof input === 'number' ? String(input) : input;
  const match = typeof text === 'string' ? /^([0-9]{1,5})(?:-([0-9]{1,5}))?$/.exec(text) : null;
  const first = Number(match?.[1] ?? NaN);
  const last = Number(match?.[2] ?? first);
  if (!(first >= 1 && first <= last && last <= 65_535)) {
    throw new Error(`${quote(input)} is not a port like 2379 or a range like 20160-20180`);
  }
  return { first, last };
}

export function printPortRange({ first, last }: PortRange): number | string {
  return first === last ? first : `${first}-${last}`;
}
