import type { Duration } from './duration';
import type { Rate } from './rate';
import type { Ratio } from './ratio';
import type { Target } from './target';

/** Shapes of netem's delay distribution that need no data of the user's; tc-netem(8). */
export const namedDistributions = ['uniform', 'normal', 'pareto', 'paretonormal'] as const;
export type NamedDistribution = (typeof namedDistributions)[number];

/** A shape given by its quantiles, in units of the jitter: the table that netem draws from. A mean other than 0 moves the delay. */
export interface DistributionTable {
  readonly table: readonly number[];
}

export type Distribution = NamedDistribution | DistributionTable;

/** Either `time` or `rtt`. */
export interface Delay {
  /** One way: of each packet, in each direction that the fault has. */
  readonly time?: Duration | undefined;
  /** What a round trip takes longer: wholly in the fault's direction, or half in each when it has both. */
  readonly rtt?: Duration | undefined;
  /** Spread around the delay, at most the delay: a packet cannot leave before it came. With `rtt` shared out as it is. */
  readonly jitter?: Duration | undefined;
  /** How much of a packet's delay is that of the packet before. */
  readonly correlation?: Ratio | undefined;
  /** `uniform` when absent. */
  readonly distribution?: Distribution | undefined;
}

/** Each packet is lost by itself with `ratio`. */
export interface RandomLoss {
  readonly ratio: Ratio;
  readonly correlation?: Ratio | undefined;
}

/** Gilbert-Elliott: a good and a bad state. Defaults as in tc-netem(8): r = 1 - p, h = 0 (all is lost in the bad state), k = 1. */
export interface GilbertElliottLoss {
  readonly gemodel: {
    /** Good to bad. */
    readonly p: Ratio;
    /** Bad to good. */
    readonly r?: Ratio | undefined;
    /** What gets through in the bad state. */
    readonly h?: Ratio | undefined;
    /** What gets through in the good state. */
    readonly k?: Ratio | undefined;
  };
}

/** The four-state Markov model of tc-netem(8): `p13` and so on are the chances to go from state 1 to 3. */
export interface StateLoss {
  readonly state: {
    readonly p13: Ratio;
    readonly p31?: Ratio | undefined;
    readonly p32?: Ratio | undefined;
    readonly p23?: Ratio | undefined;
    readonly p14?: Ratio | undefined;
  };
}

export type Loss = RandomLoss | GilbertElliottLoss | StateLoss;

export interface Chance {
  readonly ratio: Ratio;
  readonly correlation?: Ratio | undefined;
}

/** `ratio` of the packets pass without the delay; with `gap` only each gap-th packet may. */
export interface Reorder extends Chance {
  readonly gap?: number | undefined;
}

/** Seen from the pod: what it sends, what it receives, or both. */
export const directions = ['egress', 'ingress', 'both'] as const;
export type Direction = (typeof directions)[number];

/** One thing that is wrong with a pod's network. At least one effect is set. */
export interface Fault {
  /** A DNS label (RFC 1123), unique within an agent. */
  readonly name: string;
  readonly delay?: Delay | undefined;
  readonly loss?: Loss | undefined;
  readonly duplicate?: Chance | undefined;
  readonly corrupt?: Chance | undefined;
  readonly reorder?: Reorder | undefined;
  readonly rate?: Rate | undefined;
  /** Nothing passes, and nobody is told. */
  readonly partition?: true | undefined;
  readonly direction: Direction;
  /** Absent: everybody. */
  readonly to?: readonly Target[] | undefined;
  readonly except?: readonly Target[] | undefined;
  /** Gone by itself after this. Absent: stays until it is taken away. */
  readonly ttl?: Duration | undefined;
  /** Makes netem's random numbers the same each time (Linux 6.6 or newer). */
  readonly seed?: number | undefined;
}

export const effects = ['delay', 'loss', 'duplicate', 'corrupt', 'reorder', 'rate', 'partition'] as const;
