import type { Rate } from '@podlag/core';
import { lineRate } from '../profile/line-rate';
import type { LossModel, Profile, ProfileChance } from '../profile/profile';
import { queueLimit } from '../profile/queue-limit';
import { passBytesPerSecond } from './htb-rate';
import type { ObservedChance, ObservedClass, ObservedLoss, ObservedNetem } from './observed';

/** One number of a netem leaf, as asked and as it is. */
export type LeafField = readonly [what: string, asked: unknown, observed: unknown, same: boolean];

/** tc's JSON prints six significant digits. */
const relativeTolerance = 1e-5;
const chanceTolerance = 1e-5;

/** Every number that netem shows. Its table of a distribution it never shows. */
export function leafFields(
  profile: Profile,
  netem: ObservedNetem,
  timeToleranceSeconds: number,
): readonly LeafField[] {
  const { delay, loss, duplicate, corrupt, reorder, rate, seed } = profile;
  const sameTime = (asked: number, seen: number): boolean =>
    Math.abs(asked - seen) <= timeToleranceSeconds || (isCoarse(timeToleranceSeconds) && close(asked, seen));
  const time = delay.time.nanoseconds / 1e9;
  const jitter = delay.jitter.nanoseconds / 1e9;
  const bytes = Math.floor((rate ?? lineRate).bitsPerSecond / 8);
  return [
    ['delay.time', delay.time, `${netem.delaySeconds}s`, sameTime(time, netem.delaySeconds)],
    ['delay.jitter', delay.jitter, `${netem.jitterSeconds}s`, sameTime(jitter, netem.jitterSeconds)],
    [
      'delay.correlation',
      delay.correlation,
      netem.delayCorrelation,
      !delay.shape || sameChance(delay.correlation.fraction, netem.delayCorrelation),
    ],
    ['loss', printLoss(loss), JSON.stringify(netem.loss ?? 'none'), sameLoss(loss, netem.loss)],
    ['duplicate', duplicate.ratio, printChance(netem.duplicate), sameChances(duplicate, netem.duplicate)],
    ['corrupt', corrupt.ratio, printChance(netem.corrupt), sameChances(corrupt, netem.corrupt)],
    ['reorder', reorder.ratio, printChance(netem.reorder), sameChances(reorder, netem.reorder)],
    ['reorder.gap', reorder.gap, netem.gap, reorder.ratio.isZero || reorder.gap === netem.gap],
    [
      'rate',
      rate ?? 'line rate',
      `${netem.rateBytesPerSecond * 8}bit`,
      close(bytes, netem.rateBytesPerSecond),
    ],
    ['limit', queueLimit(profile), netem.limit, queueLimit(profile) === netem.limit],
    ['seed', seed ?? 'any', String(netem.seed), sameSeed(seed, netem.seed)],
  ];
}

/** tc rounds times to its digits; the kernel itself does not. */
function isCoarse(timeToleranceSeconds: number): boolean {
  return timeToleranceSeconds >= 1e-6;
}

function sameSeed(asked: number | undefined, seen: bigint | undefined): boolean {
  return asked === undefined || seen === undefined || BigInt(asked) === seen;
}

function sameLoss(loss: LossModel, observed: ObservedLoss | undefined): boolean {
  if (loss.kind === 'random') {
    if (observed === undefined) return loss.ratio.isZero;
    return observed.kind === 'random' && sameChances(loss, observed);
  }
  if (observed === undefined || observed.kind === 'random' || observed.kind !== loss.kind) return false;
  const { chances } = observed;
  return lossChances(loss).every((chance, index) => sameChance(chance, chances[index] ?? NaN));
}

/** In the order in which netem has them: what is lost (1-h, 1-k), where a fault says what gets through. */
export function lossChances(loss: LossModel): readonly number[] {
  switch (loss.kind) {
    case 'random':
      return [loss.ratio.fraction];
    case 'gemodel':
      return [loss.p.fraction, loss.r.fraction, 1 - loss.h.fraction, 1 - loss.k.fraction];
    case 'state':
      return [loss.p13, loss.p31, loss.p32, loss.p23, loss.p14].map((ratio) => ratio.fraction);
  }
}

function printLoss(loss: LossModel): string {
  return `${loss.kind} ${lossChances(loss).join(' ')}`;
}

function sameChances(asked: ProfileChance, observed: ObservedChance | undefined): boolean {
  if (asked.ratio.isZero) return (observed?.ratio ?? 0) === 0;
  return (
    observed !== undefined &&
    sameChance(asked.ratio.fraction, observed.ratio) &&
    sameChance(asked.correlation.fraction, observed.correlation)
  );
}

function sameChance(one: number, other: number): boolean {
  return Math.abs(one - other) <= chanceTolerance;
}

function printChance(chance: ObservedChance | undefined): string {
  return chance === undefined ? '0%' : `${chance.ratio * 100}%`;
}

/** tc cuts the rate of a class to three or four digits. */
const cutDigits = 1e-3;

/** Whether a class has this rate, and may borrow nothing beyond it. Absent: 100 gbit, never the bottleneck. */
export function hasRate(
  { rateBytesPerSecond, ceilBytesPerSecond }: ObservedClass,
  rate: Rate | undefined,
  timeToleranceSeconds: number,
): boolean {
  const asked = rate ? Math.floor(rate.bitsPerSecond / 8) : passBytesPerSecond;
  const tolerance = isCoarse(timeToleranceSeconds) ? cutDigits : relativeTolerance;
  return [rateBytesPerSecond, ceilBytesPerSecond].every(
    (seen) => Math.abs(asked - seen) <= tolerance * asked,
  );
}

/** Equal but for the digits that are not printed. */
function close(one: number, other: number): boolean {
  return Math.abs(one - other) <= relativeTolerance * Math.max(Math.abs(one), Math.abs(other));
}
