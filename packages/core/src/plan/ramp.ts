import { Duration } from '../duration';
import { effects, type Delay, type Fault } from '../fault';
import { Rate } from '../rate';
import { Ratio } from '../ratio';
import type { Ramp } from './plan';

/** The fault as step `step` (from 0) of a ramp has it; undefined where that leaves it without any effect. */
export function rampedFault(fault: Fault, ramp: Ramp, step: number): Fault | undefined {
  const stepped = withStep(fault, ramp, step);
  return effects.some((effect) => stepped[effect] !== undefined) ? stepped : undefined;
}

function withStep(fault: Fault, { of, from, to, steps }: Ramp, step: number): Fault {
  const between = (first: number, last: number): number =>
    Math.round(first + ((last - first) * step) / (steps - 1));
  switch (of) {
    case 'delay':
      return withDelay(fault, Duration.ofNanoseconds(between(from.nanoseconds, to.nanoseconds)));
    case 'loss':
      return withLoss(fault, Ratio.ofFraction(between(from.partsPerBillion, to.partsPerBillion) / 1e9));
    case 'rate':
      return { ...fault, rate: Rate.ofBitsPerSecond(between(from.bitsPerSecond, to.bitsPerSecond)) };
  }
}

function withDelay(fault: Fault, time: Duration): Fault {
  // What is not delayed cannot be overtaken either.
  if (time.isZero) return without(fault, 'delay', 'reorder');
  const { rtt, jitter, ...rest } = { ...fault.delay };
  const lowered = jitter && (jitter.nanoseconds > time.nanoseconds ? time : jitter);
  const delay: Delay = { ...rest, ...(rtt ? { rtt: time } : { time }), ...(lowered && { jitter: lowered }) };
  return { ...fault, delay };
}

function withLoss(fault: Fault, ratio: Ratio): Fault {
  return ratio.isZero ? without(fault, 'loss') : { ...fault, loss: { ...fault.loss, ratio } };
}

function without(fault: Fault, ...absent: readonly (keyof Fault)[]): Fault {
  return Object.fromEntries(
    Object.entries(fault).filter(([field]) => !absent.some((one) => one === field)),
  ) as unknown as Fault;
}
