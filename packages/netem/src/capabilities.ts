/** One thing that the agent may or may not be able to do here. */
export type Capability =
  | { readonly available: true }
  /** `reason` in the kernel's words, `hint` on how to get it. */
  | { readonly available: false; readonly code: string; readonly reason: string; readonly hint: string };

/** What a fault may ask for, and which part of the kernel does it. */
export const faultKinds = [
  'delay',
  'loss',
  'duplicate',
  'corrupt',
  'reorder',
  'rate',
  'partition',
  'seed',
] as const;
export type FaultKind = (typeof faultKinds)[number];

/** `path`: `netem`, or `cls_bpf`, `htb` where the kernel has no netem. */
export type KindCapability =
  | { readonly available: true; readonly path: 'netem' | 'cls_bpf' | 'htb' }
  | Extract<Capability, { readonly available: false }>;

export interface Capabilities {
  /** As of `uname -r`. */
  readonly kernel: string;
  readonly driver: 'tc' | 'netlink' | 'fake';
  /** As of `tc -V`; undefined where there is no tc, and none is needed. */
  readonly iproute2: string | undefined;
  /** The tree itself, proven on a scratch device: htb and u32. Without it nothing can be done. */
  readonly tree: Capability;
  /** sch_netem as a leaf of the tree. Without it each leaf is made of HTB and cls_bpf. */
  readonly netem: Capability;
  /** Shaping what comes in: clsact, mirred and ifb. */
  readonly ingress: Capability;
  /** `duplicate` in a leaf beside other netem leaves: some kernels refuse it (check_netem_in_tree). */
  readonly duplicateBesideOthers: Capability;
  readonly kinds: Readonly<Record<FaultKind, KindCapability>>;
  /** The finest time that reaches the kernel: 1,000 by tc, 1 by netlink. Nanoseconds. */
  readonly timeStepNanoseconds: number;
  /** Delays are shorter than this: 274 s by tc, an hour (the longest delay of a fault) by netlink. Nanoseconds. */
  readonly longestTimeNanoseconds: number;
  /** Jitters are no longer than this: the kernel cuts them to 31 bits, 2.147 s (sch_netem.c). Nanoseconds. */
  readonly longestJitterNanoseconds: number;
}
