import type { Duration, Rate, Ratio } from '@podlag/core';
import type { Shape } from './shape';

/** Delay of one netem leaf. The `shape` says how packets spread within `jitter`; without jitter there is none. */
export interface ProfileDelay {
  readonly time: Duration;
  readonly jitter: Duration;
  readonly correlation: Ratio;
  readonly shape: Shape | undefined;
}

/** The three models of netem(8). `gemodel` and `state` are chances of going from one state to another. */
export type LossModel =
  | { readonly kind: 'random'; readonly ratio: Ratio; readonly correlation: Ratio }
  | { readonly kind: 'gemodel'; readonly p: Ratio; readonly r: Ratio; readonly h: Ratio; readonly k: Ratio }
  | {
      readonly kind: 'state';
      readonly p13: Ratio;
      readonly p31: Ratio;
      readonly p32: Ratio;
      readonly p23: Ratio;
      readonly p14: Ratio;
    };

export interface ProfileChance {
  readonly ratio: Ratio;
  readonly correlation: Ratio;
}

/** Only each `gap`-th packet may overtake; 1 is every packet. */
export interface ProfileReorder extends ProfileChance {
  readonly gap: number;
}

/**
 * What happens to a packet: all the faults that it meets, in one. Exactly what one netem leaf can do, with every
 * value present, so that two profiles are the same when their fields are.
 */
export interface Profile {
  readonly delay: ProfileDelay;
  readonly loss: LossModel;
  readonly duplicate: ProfileChance;
  readonly corrupt: ProfileChance;
  readonly reorder: ProfileReorder;
  /** Absent: as fast as the device. */
  readonly rate: Rate | undefined;
  /** Absent: the kernel's own random numbers. */
  readonly seed: number | undefined;
}
