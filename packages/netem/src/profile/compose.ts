import {
  Duration,
  oneWayDelay,
  Ratio,
  type Chance,
  type Fault,
  type Loss,
  type Rate,
  type Reorder,
} from '@podlag/core';
import { netemErrors } from '../netem-errors';
import type { LossModel, Profile, ProfileChance, ProfileDelay, ProfileReorder } from './profile';
import { addSpreads, shapeOf } from './shape';

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
  seed: undefined,
};

/** As long as a single fault's delay may be. */
const longestDelay = Duration.parse('1h');

/**
 * All faults that a packet meets, as one profile: delays add, what gets through multiplies, the lowest rate wins, a
 * partition beats all. Several seeds make one: their sum, modulo 2^53. The order of the faults does not matter.
 *
 * @param direction whose share of a round trip it is
 * @throws PodlagError `not-composable` where netem has no single leaf that does both
 */
export function compose(faults: readonly Fault[], direction: 'egress' | 'ingress'): Profile {
  // Sorted, so that rounding is the same too, whatever the order in which the faults came.
  const sorted = [...faults].sort((one, other) => (one.name < other.name ? -1 : 1));
  const each = <T>(pick: (fault: Fault) => T | undefined): T[] =>
    sorted.flatMap((fault) => pick(fault) ?? []);
  const composed: Profile = {
    delay: each((fault) => delayOf(fault, direction)).reduce(addDelays, noDelay),
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
    seed: each(({ seed }) => seed).reduce<number | undefined>(addSeeds, undefined),
  };
  // Only now: what cannot be combined is refused while it is asked for, not when the partition ends by itself.
  return faults.some(({ partition }) => partition === true) ? cutOff : composed;
}

function delayOf(
  { delay, direction: faultDirection }: Fault,
  direction: 'egress' | 'ingress',
): ProfileDelay | undefined {
  if (delay === undefined) return undefined;
  const { time, jitter } = oneWayDelay(delay, faultDirection, direction);
  if (jitter.isZero) return { ...noDelay, time };
  const { correlation = Ratio.zero, distribution = 'uniform' } = delay;
  return { time, jitter, correlation, shape: shapeOf(distribution) };
}

function addDelays(one: ProfileDelay, other: ProfileDelay): ProfileDelay {
  const time = Duration.ofNanoseconds(one.time.nanoseconds + other.time.nanoseconds, 'delay.time');
  if (time.nanoseconds > longestDelay.nanoseconds) {
    throw netemErrors.error('not-composable', `the delays add up to ${time.toString()}, more than 1h`, {
      field: 'delay.time',
      hint: 'Take one of the delays away first.',
    });
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

/** Whole numbers beyond 2^53 are no longer exact, and then the order would matter. */
function addSeeds(sum: number | undefined, seed: number): number {
  return Number((BigInt(sum ?? 0) + BigInt(seed)) % 2n ** 53n);
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
