import {
  Duration,
  Ratio,
  type Chance,
  type Delay,
  type Fault,
  type Loss,
  type Rate,
  type Reorder,
} from '@podlag/core';
import { netemErrors } from './netem-errors';
import type { LossModel, Profile, ProfileChance, ProfileDelay, ProfileReorder } from './profile';
import { addSpreads, shapeOf } from './shape';
import { longestTcTime } from './tc-command';

const noDelay: ProfileDelay = {
  time: Duration.zero,
  jitter: Duration.zero,
  correlation: Ratio.zero,
  shape: undefined,
};
const never: ProfileChance = { ratio: Ratio.zero, correlation: Ratio.zero };
const noLoss: LossModel = { kind: 'random', ...never };
const noReorder: ProfileReorder = { ...never, gap: 0 };

/** Loss alone: of a packet that is lost and duplicated, netem lets one copy pass. */
const cutOff: Profile = {
  delay: noDelay,
  loss: { kind: 'random', ratio: Ratio.one, correlation: Ratio.zero },
  duplicate: never,
  corrupt: never,
  reorder: noReorder,
  rate: undefined,
};

/**
 * All faults that a packet meets, as one profile: delays add, what gets through multiplies, the lowest rate wins, a
 * partition beats all. The order of the faults does not matter.
 *
 * @throws PodlagError `not-composable` where netem has no single leaf that does both
 */
export function compose(faults: readonly Fault[]): Profile {
  // Sorted, so that rounding is the same too, whatever the order in which the faults came.
  const sorted = [...faults].sort((one, other) => (one.name < other.name ? -1 : 1));
  const each = <T>(pick: (fault: Fault) => T | undefined): T[] =>
    sorted.flatMap((fault) => pick(fault) ?? []);
  if (faults.some((fault) => fault.partition === true)) return cutOff;
  return {
    delay: each(({ delay }) => delay)
      .map(delayOf)
      .reduce(addDelays, noDelay),
    loss: each(({ loss }) => loss)
      .map(lossOf)
      .reduce(combineLosses, noLoss),
    duplicate: each(({ duplicate }) => duplicate)
      .map(chanceOf)
      .reduce(eitherChance, never),
    corrupt: each(({ corrupt }) => corrupt)
      .map(chanceOf)
      .reduce(eitherChance, never),
    reorder: each(({ reorder }) => reorder)
      .map(reorderOf)
      .reduce(eitherReorder, noReorder),
    rate: lowest(each(({ rate }) => rate)),
  };
}

function delayOf({ time, jitter, correlation, distribution }: Delay): ProfileDelay {
  if (jitter === undefined || jitter.isZero) return { ...noDelay, time };
  return { time, jitter, correlation: correlation ?? Ratio.zero, shape: shapeOf(distribution ?? 'uniform') };
}

function addDelays(one: ProfileDelay, other: ProfileDelay): ProfileDelay {
  const time = Duration.ofNanoseconds(one.time.nanoseconds + other.time.nanoseconds, 'delay.time');
  if (time.nanoseconds >= longestTcTime) {
    throw netemErrors.error(
      'not-composable',
      `the delays add up to ${time.toString()}, and tc ends at 274 s`,
      {
        field: 'delay.time',
        hint: 'Take one of the delays away first.',
      },
    );
  }
  if (!one.shape) return { ...other, time };
  if (!other.shape) return { ...one, time };
  const spread = addSpreads(
    { jitterNanoseconds: one.jitter.nanoseconds, shape: one.shape },
    { jitterNanoseconds: other.jitter.nanoseconds, shape: other.shape },
  );
  const weights = [one.jitter.nanoseconds ** 2, other.jitter.nanoseconds ** 2] as const;
  return {
    time,
    jitter: Duration.ofNanoseconds(spread.jitterNanoseconds, 'delay.jitter'),
    correlation: mean([one.correlation, other.correlation], weights),
    shape: spread.shape,
  };
}

/** The defaults are those of tc-netem(8). */
function lossOf(loss: Loss): LossModel {
  if ('ratio' in loss) return { kind: 'random', ...chanceOf(loss) };
  if ('gemodel' in loss) {
    const { p, r = not(p), h = Ratio.zero, k = Ratio.one } = loss.gemodel;
    return { kind: 'gemodel', p, r, h, k };
  }
  const { p13, p31 = not(p13), p32 = Ratio.zero, p23 = Ratio.one, p14 = Ratio.zero } = loss.state;
  return { kind: 'state', p13, p31, p32, p23, p14 };
}

function combineLosses(one: LossModel, other: LossModel): LossModel {
  if (isNoLoss(one)) return other;
  if (isNoLoss(other)) return one;
  if (one.kind === 'random' && other.kind === 'random')
    return { kind: 'random', ...eitherChance(one, other) };
  // What gets through in each state of the chain gets through the random loss as well.
  if (one.kind === 'gemodel' && other.kind === 'random') return thinned(one, other.ratio);
  if (one.kind === 'random' && other.kind === 'gemodel') return thinned(other, one.ratio);
  throw netemErrors.error(
    'not-composable',
    `loss: netem has one loss model a leaf, and ${one.kind} with ${other.kind} is not one of them`,
    { field: 'loss' },
  );
}

function thinned(chain: LossModel & { kind: 'gemodel' }, lost: Ratio): LossModel {
  const through = 1 - lost.fraction;
  const times = (ratio: Ratio): Ratio => Ratio.ofFraction(ratio.fraction * through);
  return { ...chain, h: times(chain.h), k: times(chain.k) };
}

function isNoLoss(loss: LossModel): boolean {
  return loss.kind === 'random' && loss.ratio.isZero;
}

function chanceOf({ ratio, correlation }: Chance): ProfileChance {
  return { ratio, correlation: correlation ?? Ratio.zero };
}

/** The chance that at least one of two independent ones comes true. */
function eitherChance(one: ProfileChance, other: ProfileChance): ProfileChance {
  const neither = (1 - one.ratio.fraction) * (1 - other.ratio.fraction);
  return {
    ratio: Ratio.ofFraction(1 - neither),
    correlation: mean([one.correlation, other.correlation], [one.ratio.fraction, other.ratio.fraction]),
  };
}

function reorderOf(reorder: Reorder): ProfileReorder {
  return { ...chanceOf(reorder), gap: reorder.gap ?? 1 };
}

function eitherReorder(one: ProfileReorder, other: ProfileReorder): ProfileReorder {
  const gap = one.gap === 0 ? other.gap : Math.min(one.gap, other.gap);
  return { ...eitherChance(one, other), gap };
}

function lowest(rates: readonly Rate[]): Rate | undefined {
  return [...rates].sort((one, other) => one.bitsPerSecond - other.bitsPerSecond)[0];
}

function not(ratio: Ratio): Ratio {
  return Ratio.ofFraction(1 - ratio.fraction);
}

function mean([one, other]: readonly [Ratio, Ratio], [a, b]: readonly [number, number]): Ratio {
  return a + b === 0 ? Ratio.zero : Ratio.ofFraction((one.fraction * a + other.fraction * b) / (a + b));
}
