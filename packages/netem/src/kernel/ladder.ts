import type { FilterPlace, FilterProtocol, U32Hash, U32Key } from './operation';

/**
 * The numbers of the look-up: which pref and which hash table hold what. The kernel asks prefs from the lowest to the
 * highest, and within a linked table goes back to where it came from when nothing fits:
 *
 *     pref 1, 2, 3          ARP, exemptions of IPv4 and of IPv6
 *     pref 10               the library: all hash tables belong to it, and it has no filter of its own
 *     pref 100, 101         single addresses of IPv4 and IPv6, by the last two bytes: 256 tables of 256 buckets
 *     pref 200 + (32 - L)   IPv4 blocks of prefix length L, by their last 8 bits
 *     pref 300 + (128 - L)  the same of IPv6
 *     pref 60000            everything else
 *
 * so that a packet costs one look at each level in use, however many addresses a level has.
 */
export const prefs = { arp: 1, exemptIpv4: 2, exemptIpv6: 3, library: 10, everybody: 60_000 } as const;

const hostPrefs = { 4: 100, 6: 101 } as const;
const blockPrefs = { 4: 200, 6: 300 } as const;
const widths = { 4: 32, 6: 128 } as const;
const protocolOf = { 4: 'ip', 6: 'ipv6' } as const;

const hostTable = { 4: 0x001, 6: 0x002 } as const;
const hostBuckets = { 4: 0x100, 6: 0x200 } as const;
const blockTable = { 4: 0x010, 6: 0x080 } as const;
/** Tables from here on are verdicts by port and protocol. */
export const firstVerdictTable = 0x300;
export const lastVerdictTable = 0x7fe;

/** Nodes in one bucket: 12 bits, and 0 is none. */
export const mostNodes = 0xfff;

/** Where a filter stands: the table that the kernel makes for each pref, or a hash table of the library. */
export interface Place {
  readonly pref: number;
  readonly protocol: FilterProtocol;
  readonly table: number | 'root';
  readonly bucket: number;
}

/** Fits every packet. */
export const matchAll: readonly U32Key[] = [{ value: 0, mask: 0, offset: 0 }];

/** A table that is to be there, and the filter that leads to it. */
export interface TableLink {
  readonly table: number;
  readonly divisor: number;
  readonly from: Place;
  readonly hash: U32Hash;
}

/** One rung: where a block stands, and the tables that lead there, the first from the root. */
export interface Rung {
  readonly place: Place;
  readonly links: readonly TableLink[];
}

/** Offsets of the peer's address in the network header: the destination of what leaves, the source of what comes. */
export interface AddressOffsets {
  readonly 4: number;
  readonly 6: number;
}

/** Where a block of these words and this prefix length stands. */
export function rungOf(
  { family, words, prefixLength }: { family: 4 | 6; words: readonly number[]; prefixLength: number },
  offsets: AddressOffsets,
): Rung {
  const last = words.at(-1) ?? 0;
  if (prefixLength === widths[family]) {
    return hostRung(family, last, offsets[family] + 4 * (words.length - 1));
  }
  const root = rootPlace(blockPrefs[family] + widths[family] - prefixLength, protocolOf[family]);
  if (prefixLength < 8) return { place: root, links: [] };
  return blockRung(root, { family, words, prefixLength }, offsets[family]);
}

function hostRung(family: 4 | 6, last: number, offset: number): Rung {
  const third = (last >>> 8) & 0xff;
  const first = hostTable[family];
  const second = hostBuckets[family] + third;
  return {
    place: tablePlace(second, last & 0xff),
    links: [
      {
        table: first,
        divisor: 256,
        from: rootPlace(hostPrefs[family], protocolOf[family]),
        hash: { mask: 0xff00, offset },
      },
      { table: second, divisor: 256, from: tablePlace(first, third), hash: { mask: 0xff, offset } },
    ],
  };
}

function blockRung(
  root: Place,
  { family, words, prefixLength }: { family: 4 | 6; words: readonly number[]; prefixLength: number },
  offset: number,
): Rung {
  const index = Math.floor((prefixLength - 1) / 32);
  const bits = prefixLength - 32 * index;
  // A hash reads one 32-bit word: a prefix that has only begun its last word is hashed by fewer bits.
  const hashed = Math.min(8, bits);
  const shift = 32 - bits;
  const divisor = 2 ** hashed;
  const table = blockTable[family] + prefixLength;
  const hash = { mask: ((divisor - 1) << shift) >>> 0, offset: offset + 4 * index };
  const bucket = ((words[index] ?? 0) >>> shift) & (divisor - 1);
  return { place: tablePlace(table, bucket), links: [{ table, divisor, from: root, hash }] };
}

export function rootPlace(pref: number, protocol: FilterProtocol): Place {
  return { pref, protocol, table: 'root', bucket: 0 };
}

export function tablePlace(table: number, bucket: number): Place {
  return { pref: prefs.library, protocol: 'all', table, bucket };
}

/** The protocol that a pref of ours has; undefined for one that is nobody's. */
export function protocolOfPref(pref: number): FilterProtocol | undefined {
  if (pref === prefs.arp) return 'arp';
  if (pref === prefs.library || pref === prefs.everybody) return 'all';
  if (pref === prefs.exemptIpv4 || pref === hostPrefs[4] || isBlockPref(pref, 4)) return 'ip';
  if (pref === prefs.exemptIpv6 || pref === hostPrefs[6] || isBlockPref(pref, 6)) return 'ipv6';
  return undefined;
}

function isBlockPref(pref: number, family: 4 | 6): boolean {
  return pref >= blockPrefs[family] && pref <= blockPrefs[family] + widths[family];
}

/** How many bits of the address a place leaves open: 0 for a single address. Exemptions are before all, at -1. */
export function opennessOf({ pref, table }: Pick<Place, 'pref' | 'table'>): number {
  if (table === 'root') {
    if (pref <= prefs.exemptIpv6) return -1;
    if (pref === prefs.everybody) return 1000;
    if (pref < blockPrefs[4]) return 0;
    return pref < blockPrefs[6] ? pref - blockPrefs[4] : pref - blockPrefs[6];
  }
  if (table >= hostBuckets[4] || table < blockTable[4]) return 0;
  return table < blockTable[6] + 8
    ? widths[4] - (table - blockTable[4])
    : widths[6] - (table - blockTable[6]);
}

/** One number for a table's bucket, as a key of maps. */
export function bucketKey(pref: number, table: number | 'root', bucket: number): number {
  return table === 'root' ? 0x100000 + pref : table * 256 + bucket;
}

/** Who a filter is: its bucket, what it matches and how it hashes. Its node number is chance. */
export function identityOf(bucket: number, keys: readonly U32Key[], hash: U32Hash | undefined): string {
  let text = `${bucket}`;
  for (const { value, mask, offset } of keys) text += ` ${value}/${mask}@${offset}`;
  return hash === undefined ? text : `${text} #${hash.mask}@${hash.offset}`;
}

/** The place in a filter operation's own words. */
export function filterPlace(
  device: string,
  { pref, protocol }: Pick<Place, 'pref' | 'protocol'>,
): FilterPlace {
  return { device, parent: '1:', pref, protocol };
}
