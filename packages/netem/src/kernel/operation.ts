import type { Rate } from '@podlag/core';
import type { Profile } from '../profile/profile';
import type { ObservedNetem } from './observed';

/**
 * One change of the kernel's traffic control, whichever way it gets there: tc/words.ts says it to tc(8), netlink/ to the
 * kernel itself. Handles and class ids are written as tc writes them, in hexadecimal: `1:`, `1:10`.
 */
export type Operation =
  | LinkOperation
  | QdiscOperation
  | ClassOperation
  | TableOperation
  | U32Operation
  | BpfOperation
  | PrefOperation;

/** An IFB device: made and set up, set up again, or taken away with all that is on it. */
export interface LinkOperation {
  readonly kind: 'link';
  readonly verb: 'add' | 'up' | 'delete';
  readonly device: string;
}

export interface QdiscOperation {
  readonly kind: 'qdisc';
  readonly verb: 'add' | 'change' | 'replace' | 'delete';
  readonly device: string;
  /** `root`, `clsact`, or the class that it sits under. */
  readonly parent: string;
  /** Absent: the kernel chooses one; not for `change`. `clsact` has its own. */
  readonly handle: string | undefined;
  /** Absent for `delete`. */
  readonly spec: QdiscSpec | undefined;
}

export type QdiscSpec =
  | { readonly kind: 'htb'; readonly defaultMinor: number; readonly directQueueLength: number | undefined }
  | { readonly kind: 'pfifo'; readonly limit: number }
  /** `was`: the leaf as it is now; what has to go from it is set to zero by name. */
  | { readonly kind: 'netem'; readonly profile: Profile; readonly was: ObservedNetem | undefined }
  | { readonly kind: 'clsact' };

/** An HTB class. `replace` makes it or changes it. */
export interface ClassOperation {
  readonly kind: 'class';
  readonly verb: 'replace' | 'delete';
  readonly device: string;
  /** The qdisc, as `1:`. */
  readonly parent: string;
  readonly classid: string;
  /** Absent: 100 gbit, never the bottleneck. */
  readonly rate: Rate | undefined;
}

/** Where filters hang: a qdisc by its handle, or the ingress hook of clsact. */
export interface FilterPlace {
  readonly device: string;
  /** `1:`, or `ingress`. */
  readonly parent: string;
  readonly pref: number;
  readonly protocol: FilterProtocol;
}

export type FilterProtocol = 'all' | 'ip' | 'ipv6' | 'arp';

/** A hash table of u32. */
export interface TableOperation extends FilterPlace {
  readonly kind: 'table';
  readonly verb: 'add' | 'delete';
  /** 1 to 0x7ff. */
  readonly table: number;
  /** Buckets: a power of two up to 256. Absent for `delete`. */
  readonly divisor: number | undefined;
}

/** Four bytes of a packet, from its network header on. */
export interface U32Key {
  readonly value: number;
  readonly mask: number;
  /** In bytes, a multiple of 4. */
  readonly offset: number;
}

/** Which bits choose the bucket of the table that a filter links to: the lowest eight of the mask's. */
export interface U32Hash {
  readonly mask: number;
  readonly offset: number;
}

/** A u32 filter's own place. `root` is the table that the kernel makes for each pref. */
export interface U32Handle {
  readonly table: number | 'root';
  readonly bucket: number;
  /** 1 to 0xfff; within a bucket the lower is asked first. */
  readonly node: number;
}

/**
 * u32 keeps for a filter's whole life whether it is terminal. A filter made with a link and no hash leads to a verdict
 * and may be changed to a flowid later: it has to be made terminal (TC_U32_TERMINAL), or that flowid would not count. A
 * link with a hash must not be: packets that no filter of the table takes have to come back.
 */
export type U32Target =
  | { readonly flowid: string }
  | { readonly link: number; readonly hash: U32Hash | undefined }
  /** To another device's egress, in place of going on. */
  | { readonly redirect: string };

/** `change` gives another target and keeps the keys. A filter is one thing to the kernel: packets see old or new. */
export interface U32Operation extends FilterPlace {
  readonly kind: 'u32';
  readonly verb: 'add' | 'change' | 'delete';
  readonly handle: U32Handle;
  /** All must fit. Not read for `delete` and `change`. */
  readonly keys: readonly U32Key[];
  /** Absent for `delete`. */
  readonly target: U32Target | undefined;
}

/** One instruction of classic BPF: struct sock_filter. */
export interface BpfInstruction {
  readonly code: number;
  readonly jt: number;
  readonly jf: number;
  readonly k: number;
}

/** A direct-action cls_bpf filter, of classic instructions: NET_ADMIN is enough for it. */
export interface BpfOperation extends FilterPlace {
  readonly kind: 'bpf';
  readonly verb: 'add' | 'replace' | 'delete';
  /** 1 and up. */
  readonly handle: number;
  readonly program: readonly BpfInstruction[] | undefined;
}

/** Everything of a pref at once: for filters that somebody else put into our tree. */
export interface PrefOperation extends FilterPlace {
  readonly kind: 'pref';
  readonly verb: 'delete';
}
