import { addressWords, blockOf, prefixMask } from '@podlag/core';
import type { AddressBlock, Cidr, PortRange, Protocol } from '@podlag/core';

/** Whom a target means once it has addresses. */
export type Who =
  | { readonly kind: 'everybody' }
  | { readonly kind: 'block'; readonly cidr: Cidr; readonly block: AddressBlock }
  /** In canonical spelling. */
  | { readonly kind: 'addresses'; readonly addresses: ReadonlySet<string> };

/** A target with its addresses, before they are written as blocks. */
export interface Entry {
  readonly who: Who;
  readonly ports?: readonly PortRange[] | undefined;
  readonly protocol?: Protocol | undefined;
}

/** What of the packets to one address a list of targets meets, less what another list spares. */
export interface Reach {
  readonly extent: 'whole' | 'part' | 'none';
  /** Of `part`: the protocols of which all packets are met. */
  readonly protocols: readonly Protocol[];
  /** Of `part`: some packets are met because of their port. */
  readonly byPort: boolean;
  /** A part of the packets to the address is spared. */
  readonly spared: boolean;
}

const nothing: Reach = { extent: 'none', protocols: [], byPort: false, spared: false };

/** True where neither ports nor a protocol narrow it. */
export function isWhole({ ports, protocol }: Entry): boolean {
  return ports === undefined && protocol === undefined;
}

export function holds({ who }: Entry, address: string): boolean {
  switch (who.kind) {
    case 'everybody':
      return true;
    case 'addresses':
      return who.addresses.has(address);
    case 'block':
      return isInBlock(who.block, address);
  }
}

export function reach(to: readonly Entry[], except: readonly Entry[], address: string): Reach {
  const met = to.filter((entry) => holds(entry, address));
  if (met.length === 0) return nothing;
  const sparing = except.filter((entry) => holds(entry, address));
  if (sparing.some(isWhole)) return nothing;
  const spared = sparing.length > 0;
  if (met.some(isWhole)) return { extent: 'whole', protocols: [], byPort: false, spared };
  const protocols = met.flatMap(({ ports, protocol }) => (ports === undefined && protocol ? [protocol] : []));
  const byPort = met.some(({ ports }) => ports !== undefined);
  return { extent: 'part', protocols: [...new Set(protocols)].sort(), byPort, spared };
}

/** True when only exact addresses are meant, and all of them are `known`; so also when nobody is meant. */
export function areAll(entries: readonly Entry[], known: (address: string) => boolean): boolean {
  return entries.every(({ who }) => who.kind === 'addresses' && !someUnknown(who.addresses, known));
}

/** Most lists end it at their first address: they are not copied for it. */
export function someUnknown(addresses: ReadonlySet<string>, known: (address: string) => boolean): boolean {
  for (const address of addresses) if (!known(address)) return true;
  return false;
}

export function blockWho(cidr: Cidr): Who {
  return { kind: 'block', cidr, block: blockOf(cidr) };
}

/** All packets of these addresses; no entry where there are none, for a list without entries means nobody. */
export function addressEntries(addresses: Iterable<string>): readonly Entry[] {
  const set = new Set(addresses);
  return set.size === 0 ? [] : [{ who: { kind: 'addresses', addresses: set } }];
}

function isInBlock(block: AddressBlock, address: string): boolean {
  const words = addressWords(address);
  return (
    words.length === block.words.length &&
    words.every((word, index) => (word & prefixMask(block.prefixLength, index)) >>> 0 === block.words[index])
  );
}
