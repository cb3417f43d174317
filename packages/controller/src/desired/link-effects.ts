import type { Effects, Link, ParsedRamp } from '@podlag/api';
import { Duration, type Delay, type Ramp } from '@podlag/core';
import { absoluteRamp, delayOf, share, withRampedEffect, type TimedEffects } from './effects-of-side';

/**
 * What a link does to what one end sends: the delay that is asked, less half of the round trip that is there anyhow. A ramp
 * that adds nothing at either end leaves no delay. Undefined where that leaves nothing to do.
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
  const added = ramp && rampOf(ramp, delay?.oneWay, lessBaseline);
  const effects = effectsOf(isNothing(added) ? undefined : delay, { loss, rate }, lessBaseline);
  if (added && !isNothing(added)) return { effects: withRampedEffect(effects, added), ramp: added };
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

/** A ramp in what is added; undefined where it is of nothing that this link has. */
function rampOf(
  ramp: ParsedRamp,
  asked: Duration | undefined,
  lessBaseline: (asked: Duration) => Duration,
): Ramp | undefined {
  const whole = absoluteRamp(ramp, (scale) => asked && share(asked, scale));
  if (whole?.of !== 'delay') return whole;
  return { ...whole, from: lessBaseline(whole.from), to: lessBaseline(whole.to) };
}

/** Whether all of it is less than what the network takes by itself. */
function isNothing(added: Ramp | undefined): boolean {
  return added?.of === 'delay' && added.from.isZero && added.to.isZero;
}
