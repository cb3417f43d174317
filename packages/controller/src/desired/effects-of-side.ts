import type { Effects, ParsedRamp } from '@podlag/api';
import { Duration, oneWayDelay, Ratio, type Delay, type Direction, type Ramp } from '@podlag/core';

/** What one planned fault does, and what of it changes in steps. */
export interface TimedEffects {
  readonly effects: Effects;
  readonly ramp?: Ramp | undefined;
}

/** The effects with a ramp on them. An effect that only the ramp has is there too, as it is at its greatest. */
export function ramped(effects: Effects, ramp: ParsedRamp | undefined): TimedEffects {
  if (ramp === undefined) return { effects };
  const absolute = absoluteRamp(ramp, (scale) => {
    const whole = effects.delay?.time ?? effects.delay?.rtt;
    return whole && share(whole, scale);
  });
  return absolute === undefined
    ? { effects }
    : { effects: withRampedEffect(effects, absolute), ramp: absolute };
}

/**
 * The share of a fault that falls on what goes in one direction: a round trip is halved where the fault has both. Ingress
 * seen from the selected pod may be shaped where it is egress, at the peer.
 */
export function ofSide(
  { effects, ramp }: TimedEffects,
  faultDirection: Direction,
  direction: 'egress' | 'ingress',
): TimedEffects {
  const { delay } = effects;
  if (faultDirection !== 'both' || delay?.rtt === undefined) return { effects, ramp };
  const half = (rtt: Duration): Duration => oneWayDelay({ rtt }, faultDirection, direction).time;
  const shared = ramp?.of === 'delay' ? { ...ramp, from: half(ramp.from), to: half(ramp.to) } : ramp;
  return { effects: { ...effects, delay: halved(delay, half) }, ramp: shared };
}

/** A delay with no more jitter than a packet can have, and no shape where it has none; undefined where nothing is left. */
export function delayOf(time: Duration, { jitter, correlation, distribution }: Delay): Delay | undefined {
  if (time.isZero) return undefined;
  const lowered = jitter && jitter.nanoseconds > time.nanoseconds ? time : jitter;
  if (lowered === undefined || lowered.isZero) return { time };
  return {
    time,
    jitter: lowered,
    ...(correlation && { correlation }),
    ...(distribution && { distribution }),
  };
}

function halved(delay: Delay, half: (whole: Duration) => Duration): Delay {
  const { rtt = Duration.zero, jitter } = delay;
  return delayOf(half(rtt), { ...delay, jitter: jitter && half(jitter) }) ?? { time: Duration.zero };
}

/** A ramp in the effect's own quantity. @param scaled a share of the delay; undefined where there is none, and so no ramp */
export function absoluteRamp(
  ramp: ParsedRamp,
  scaled: (scale: Ratio) => Duration | undefined,
): Ramp | undefined {
  const { steps, over } = ramp;
  switch (ramp.of) {
    case 'delay':
      return { of: ramp.of, from: ramp.from, to: ramp.to, steps, over };
    case 'rate':
      return { of: ramp.of, from: ramp.from, to: ramp.to, steps, over };
    case 'loss':
      return { of: ramp.of, from: ramp.from, to: ramp.to, steps, over };
    case 'scale': {
      const [from, to] = [scaled(ramp.from), scaled(ramp.to)];
      return from && to && { of: 'delay', from, to, steps, over };
    }
  }
}

export function share(whole: Duration, ratio: Ratio): Duration {
  return Duration.ofNanoseconds(Math.round(whole.nanoseconds * ratio.fraction));
}

export function withRampedEffect(effects: Effects, ramp: Ramp): Effects {
  switch (ramp.of) {
    case 'delay': {
      const greatest = Duration.ofNanoseconds(Math.max(ramp.from.nanoseconds, ramp.to.nanoseconds));
      const { rtt, time = greatest, ...rest } = effects.delay ?? {};
      return { ...effects, delay: rtt ? { ...rest, rtt } : { ...rest, time } };
    }
    case 'loss': {
      const greatest = Ratio.ofFraction(Math.max(ramp.from.fraction, ramp.to.fraction));
      // A model of states has no ratio that could be stepped.
      return effects.loss && 'ratio' in effects.loss ? effects : { ...effects, loss: { ratio: greatest } };
    }
    case 'rate':
      return { ...effects, rate: effects.rate ?? ramp.to };
  }
}
