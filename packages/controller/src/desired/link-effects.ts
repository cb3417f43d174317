import type { Effects, Link, ParsedRamp } from '@podlag/api';
import { Duration, type Delay, type Ramp } from '@podlag/core';
import { absoluteRamp, delayOf, share, withRampedEffect, type TimedEffects } from './effects-of-side';

/**
 * What a link does to what one end sends: the delay that is asked, less half of the round trip that is there anyhow. Undefined
 * where that leaves nothing to do.
 *
 * @param baseline the round trip without faults; undefined when it is not to be subtracted
 */
export function linkEffects(
  { delay, loss, rate }: Link,
  baseline: Duration | undefined,
  ramp: ParsedRamp | undefined,
): TimedEffects | undefined {
  const lessBaseline = (asked: Duration): Duration =>
    Duration.ofNanoseconds(Math.max(0, asked.nanoseconds - Math.floor((baseline?.nanoseconds ?? 0) / 2)));
  const effects = effectsOf(delay, { loss, rate }, lessBaseline);
  const added = ramp && rampOf(ramp, delay?.oneWay, lessBaseline);
  if (added) return { effects: withRampedEffect(effects, added), ramp: added };
  return Object.keys(effects).length > 0 ? { effects } : undefined;
}

function effectsOf(
  delay: Link['delay'],
  { loss, rate }: Pick<Link, 'loss' | 'rate'>,
  lessBaseline: (asked: Duration) => Duration,
): Effects {
  const added: Delay | undefined = delay && delayOf(lessBaseline(delay.oneWay), delay);
  return { ...(added && { delay: added }), ...(loss && { loss }), ...(rate && { rate }) };
}

/** A ramp in what is added; undefined where it moves nothing of this link. */
function rampOf(
  ramp: ParsedRamp,
  asked: Duration | undefined,
  lessBaseline: (asked: Duration) => Duration,
): Ramp | undefined {
  const whole = absoluteRamp(ramp, (scale) => asked && share(asked, scale));
  if (whole?.of !== 'delay') return whole;
  const [from, to] = [lessBaseline(whole.from), lessBaseline(whole.to)];
  return from.isZero && to.isZero ? undefined : { ...whole, from, to };
}
