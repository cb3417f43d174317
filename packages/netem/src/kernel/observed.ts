import type { BpfInstruction, U32Handle, U32Hash, U32Key } from './operation';

/** A netem leaf as the kernel reports it. Through tc times have microseconds, and fractions six digits. */
export interface ObservedNetem {
  readonly limit: number;
  readonly delaySeconds: number;
  readonly jitterSeconds: number;
  readonly delayCorrelation: number;
  readonly loss: ObservedLoss | undefined;
  readonly duplicate: ObservedChance | undefined;
  readonly corrupt: ObservedChance | undefined;
  readonly reorder: ObservedChance | undefined;
  readonly gap: number;
  readonly rateBytesPerSecond: number;
  /** Undefined where it cannot be read: kernels before 6.6, and iproute2 before 6.6. */
  readonly seed: bigint | undefined;
}

export interface ObservedChance {
  readonly ratio: number;
  readonly correlation: number;
}

export type ObservedLoss =
  | ({ readonly kind: 'random' } & ObservedChance)
  | { readonly kind: 'gemodel' | 'state'; readonly chances: readonly number[] };

/** What has gone through a qdisc since it was made, and what is in it now. */
export interface Counters {
  readonly bytes: number;
  readonly packets: number;
  readonly drops: number;
  readonly backlogPackets: number;
}

export interface ObservedQdisc {
  readonly kind: string;
  /** `1:`; `0:` for one that the kernel put there by itself. */
  readonly handle: string;
  /** `root`, or the class that it sits under, as `1:10`. */
  readonly parent: string;
  /** HTB only: set by the agent to a value of its own, so that it knows its tree again. */
  readonly directQueueLength: number | undefined;
  /** pfifo only: packets that it holds. */
  readonly limit: number | undefined;
  readonly netem: ObservedNetem | undefined;
  readonly counters: Counters;
}

/** One hash table of u32. */
export interface ObservedTable {
  readonly parent: string;
  readonly pref: number;
  readonly id: number;
  readonly divisor: number;
}

/** A filter, of u32 or cls_bpf; of any other classifier only its place is known. */
export interface ObservedFilter {
  /** `1:`, or `ingress`. */
  readonly parent: string;
  readonly pref: number;
  /** `all`, `ip`, `ipv6`, `arp`, or another in tc's words. */
  readonly protocol: string;
  /** `u32`, `bpf`, or another classifier. */
  readonly kind: string;
  readonly u32: ObservedU32 | undefined;
  readonly bpf: ObservedBpf | undefined;
}

export interface ObservedU32 {
  readonly handle: U32Handle;
  readonly keys: readonly U32Key[];
  readonly hash: U32Hash | undefined;
  /** `1:10`. */
  readonly flowid: string | undefined;
  readonly link: number | undefined;
  /** The device that its mirred action sends packets to. */
  readonly redirect: string | undefined;
}

export interface ObservedBpf {
  readonly handle: number;
  readonly program: readonly BpfInstruction[];
}

/** An HTB class. */
export interface ObservedClass {
  /** `1:10`. */
  readonly classid: string;
  /** Through tc with its first three or four digits. */
  readonly rateBytesPerSecond: number;
  /** Up to which it may borrow. */
  readonly ceilBytesPerSecond: number;
}

/** A network device itself. */
export interface ObservedLink {
  /** `ifb`, `dummy`, `veth`; empty for hardware. */
  readonly kind: string;
  /** IFF_UP: one that is down drops all that is led to it. */
  readonly up: boolean;
}

/** A device's egress side, read from the kernel just now. */
export interface Observed {
  readonly device: string;
  readonly qdiscs: readonly ObservedQdisc[];
  readonly classes: readonly ObservedClass[];
  readonly tables: readonly ObservedTable[];
  readonly filters: readonly ObservedFilter[];
}

/** What stands where packets come in. */
export interface ObservedHook {
  readonly qdisc: 'clsact' | 'ingress' | undefined;
  /** Of the ingress hook. */
  readonly filters: readonly ObservedFilter[];
  /** Of the egress hook of clsact: none of them is ours. */
  readonly egressFilters: readonly ObservedFilter[];
}

/** Both directions of a device. */
export interface ObservedDevice {
  readonly egress: Observed;
  readonly hook: ObservedHook;
  /** The IFB device that shapes what comes in, when there is one. */
  readonly ingress: Observed | undefined;
  /** The same device as a link: it may not be an IFB, and may be down. */
  readonly ingressLink: ObservedLink | undefined;
}
