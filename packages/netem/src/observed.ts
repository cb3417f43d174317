/** A netem leaf as the kernel reports it. Seconds and fractions come through tc's JSON with six digits. */
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
  readonly netem: ObservedNetem | undefined;
  readonly counters: Counters;
}

export interface ObservedFilter {
  readonly pref: number;
  readonly protocol: string;
  readonly flowid: string;
  /** u32 keys, as `091c0000/ffff0000 at 20`. */
  readonly matches: readonly string[];
}

/** A device's egress side, read from the kernel just now. */
export interface Observed {
  readonly device: string;
  readonly qdiscs: readonly ObservedQdisc[];
  /** Ids of HTB classes, as `1:10`. */
  readonly classes: readonly string[];
  readonly filters: readonly ObservedFilter[];
}
