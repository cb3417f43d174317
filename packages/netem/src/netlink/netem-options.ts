import type { Rate, Ratio } from '@podlag/core';
import type { ObservedChance, ObservedLoss, ObservedNetem } from '../kernel/observed';
import { lineRate } from '../profile/line-rate';
import type { LossModel, Profile, ProfileChance } from '../profile/profile';
import { queueLimit } from '../profile/queue-limit';
import { tableOf } from '../profile/shape';
import type { MessageReader, MessageWriter } from './attributes';
import { nested, rateBytes, ticksOf, widest32 } from './scale';

/** TCA_NETEM_* of linux/pkt_sched.h. */
const attribute = {
  correlation: 1,
  distribution: 2,
  reorder: 3,
  corrupt: 4,
  loss: 5,
  rate: 6,
  rate64: 8,
  latency64: 10,
  jitter64: 11,
  seed: 14,
} as const;

/** NETEM_LOSS_GI and NETEM_LOSS_GE. */
const fourState = 1;
const gilbertElliott = 2;

/** struct tc_netem_qopt: latency, limit, loss, gap, duplicate, jitter. */
const optionsLength = 24;

/**
 * The options that make a netem leaf do what the profile says, whatever it did before: a change keeps what its message
 * does not have (sch_netem.c, netem_change), so all of it is there, but for the table, which only jitter needs.
 */
export function writeNetem(writer: MessageWriter, profile: Profile): void {
  const { delay, loss, duplicate, corrupt, reorder, rate, seed } = profile;
  writer
    .u32(ticksOf(delay.time.nanoseconds), queueLimit(profile))
    .u32(loss.kind === 'random' ? chanceOf(loss.ratio) : 0)
    .u32(reorder.ratio.isZero ? 0 : reorder.gap)
    .u32(chanceOf(duplicate.ratio), ticksOf(delay.jitter.nanoseconds))
    // struct tc_netem_corr.
    .attribute(attribute.correlation, (value) =>
      value.u32(
        chanceOf(delay.correlation),
        loss.kind === 'random' ? chanceOf(loss.correlation) : 0,
        chanceOf(duplicate.correlation),
      ),
    )
    .attribute(attribute.reorder, (value) => writeChance(value, reorder))
    .attribute(attribute.corrupt, (value) => writeChance(value, corrupt));
  writeLoss(writer, loss);
  writeRate(writer, rate);
  // In nanoseconds, and as wide as the longest fault; a kernel without these (before 4.16) takes the ticks above.
  writer
    .attribute(attribute.latency64, (value) => value.u64(BigInt(delay.time.nanoseconds)))
    .attribute(attribute.jitter64, (value) => value.u64(BigInt(delay.jitter.nanoseconds)));
  const { shape } = delay;
  if (shape) writer.attribute(attribute.distribution, (value) => value.s16(tableOf(shape)));
  if (seed !== undefined) writer.attribute(attribute.seed, (value) => value.u64(BigInt(seed)));
}

function writeChance(writer: MessageWriter, { ratio, correlation }: ProfileChance): void {
  writer.u32(chanceOf(ratio), chanceOf(correlation));
}

function writeLoss(writer: MessageWriter, loss: LossModel): void {
  // Without the attribute the kernel goes back to random loss.
  if (loss.kind === 'random') return;
  writer.attribute(attribute.loss | nested, (model) => {
    if (loss.kind === 'gemodel') {
      // struct tc_netem_gemodel has what gets through in the bad state and what is lost in the good one.
      const { p, r, h, k } = loss;
      model.attribute(gilbertElliott, (value) =>
        value.u32(chanceOf(p), chanceOf(r), widest32 - lostChance(h), lostChance(k)),
      );
    } else {
      const { p13, p31, p32, p14, p23 } = loss;
      model.attribute(fourState, (value) => value.u32(...[p13, p31, p32, p14, p23].map(chanceOf)));
    }
  });
}

/** struct tc_netem_rate: rate, packet overhead, cell size, cell overhead. */
function writeRate(writer: MessageWriter, rate: Rate | undefined): void {
  const bytes = rateBytes(rate ?? lineRate);
  if (bytes > widest32) writer.attribute(attribute.rate64, (value) => value.u64(BigInt(bytes)));
  writer.attribute(attribute.rate, (value) => value.u32(Math.min(bytes, widest32), 0, 0, 0));
}

/** The kernel draws 32 bits; below this number the thing happens. */
function chanceOf(ratio: Ratio): number {
  return chanceOfFraction(ratio.fraction);
}

/** What does not get through; a fault says what does. */
function lostChance(through: Ratio): number {
  return chanceOfFraction(1 - through.fraction);
}

function chanceOfFraction(fraction: number): number {
  const exact = fraction * widest32;
  const whole = Math.floor(exact);
  // As tc rounds (rint): a half to the even number.
  const up = exact - whole === 0.5 ? whole % 2 === 1 : exact - whole > 0.5;
  return up ? whole + 1 : whole;
}

/** Reads a leaf's TCA_OPTIONS. */
export function readNetem(options: MessageReader): ObservedNetem {
  const attributes = options.attributes(optionsLength);
  const number = (type: number, offset = 0): number => attributes.get(type)?.u32(offset) ?? 0;
  const seconds = (type: number): number => Number(attributes.get(type)?.s64() ?? 0n) / 1e9;
  const correlation = (offset: number): number => fractionOf(number(attribute.correlation, offset));
  const rate64 = attributes.get(attribute.rate64)?.u64();
  return {
    limit: options.u32(4),
    delaySeconds: seconds(attribute.latency64),
    jitterSeconds: seconds(attribute.jitter64),
    delayCorrelation: correlation(0),
    loss: readLoss(options.u32(8), correlation(4), attributes.get(attribute.loss)),
    duplicate: chance(options.u32(16), correlation(8)),
    corrupt: chance(number(attribute.corrupt), fractionOf(number(attribute.corrupt, 4))),
    reorder: chance(number(attribute.reorder), fractionOf(number(attribute.reorder, 4))),
    gap: options.u32(12),
    rateBytesPerSecond: rate64 === undefined ? number(attribute.rate) : Number(rate64),
    seed: attributes.get(attribute.seed)?.u64(),
  };
}

function readLoss(
  random: number,
  correlation: number,
  model: MessageReader | undefined,
): ObservedLoss | undefined {
  const models = model?.attributes();
  const four = models?.get(fourState);
  const two = models?.get(gilbertElliott);
  if (four) {
    // p13, p31, p32, p23, p14.
    return { kind: 'state', chances: [0, 4, 8, 16, 12].map((offset) => fractionOf(four.u32(offset))) };
  }
  if (two) {
    // As tc shows them: what is lost in the bad state, not what gets through.
    const fractions = [two.u32(0), two.u32(4), widest32 - two.u32(8), two.u32(12)];
    return { kind: 'gemodel', chances: fractions.map(fractionOf) };
  }
  const found = chance(random, correlation);
  return found && { kind: 'random', ...found };
}

function chance(number: number, correlation: number): ObservedChance | undefined {
  return number === 0 ? undefined : { ratio: fractionOf(number), correlation };
}

function fractionOf(number: number): number {
  return number / widest32;
}
