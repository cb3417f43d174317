import type { Interval } from '../statistics/interval';
import { leastSamples } from '../statistics/mann-whitney';
import { formatValue } from '../views/scale';
import type { ObservedVerdict } from './observation';

/** How far what is observed may be from what is asked. The greater of the two counts; where one alone is given, that alone. */
export interface ObservedTolerance {
  /** Default 0.001: processes that wait for a processor tell the time no better. */
  readonly seconds?: number;
  /** Of what is expected. Default 0.02. */
  readonly ratio?: number;
}

/** In seconds. How the network varies by itself is no part of it: the interval of what was added has that already. */
export function toleranceOf(expected: number, { seconds, ratio }: ObservedTolerance = {}): number {
  if (seconds === undefined && ratio === undefined) return Math.max(0.001, expected * 0.02);
  return Math.max(seconds ?? 0, expected * (ratio ?? 0));
}

/** What was measured of one row; times in seconds. */
export interface Addition {
  /** Pairs of samples. */
  readonly n: number;
  /** Samples of either side that have no partner, since that one failed or is not there. */
  readonly alone: number;
  readonly added: number | undefined;
  readonly interval: Interval | undefined;
  /** At 90 %: it lies within the tolerance just when two one-sided tests at 5 % say so, as for `same` of a comparison. */
  readonly equivalence: Interval | undefined;
  /** Of one round trip; undefined where no fixed time is asked for. */
  readonly asked: number | undefined;
  /** Undefined also where the faults move such a figure by more than their delay. */
  readonly expected: number | undefined;
  readonly tolerance: number | undefined;
}

export interface ObservedJudgement {
  readonly verdict: ObservedVerdict;
  readonly why: string;
}

/** Whether what was added is what was asked for. Pure. */
export function judgeObserved(addition: Addition): ObservedJudgement {
  const { n, alone, added, interval, equivalence, asked, expected, tolerance } = addition;
  const without = alone === 0 ? '' : `; ${alone} samples have no good partner in their block`;
  if (n < leastSamples || added === undefined || interval === undefined || equivalence === undefined) {
    return notMeasured(`${n} pairs of samples with and without it, ${leastSamples} are the least${without}`);
  }
  if (expected === undefined || tolerance === undefined) {
    return notMeasured(`${asked === undefined ? noFixedTime : movedOtherwise}${without}`);
  }
  const judged = judgeAdded({ added, interval, equivalence, expected, tolerance });
  return { ...judged, why: `${judged.why}${without}` };
}

interface Measured {
  readonly added: number;
  readonly interval: Interval;
  readonly equivalence: Interval;
  readonly expected: number;
  readonly tolerance: number;
}

function judgeAdded({ added, interval, equivalence, expected, tolerance }: Measured): ObservedJudgement {
  const found = `${text(added)} added, ${text(expected)} expected, ${text(tolerance)} either way tolerated`;
  const [least, most] = [expected - tolerance, expected + tolerance];
  if (interval.low > most || interval.high < least) return { verdict: 'off', why: found };
  // Within such a tolerance next to nothing would do as well.
  if (expected > 0 && tolerance > expected / 2) return notMeasured(`${found}; ${tooLittle}`);
  if (equivalence.low >= least && equivalence.high <= most) return { verdict: 'as asked', why: found };
  const spread = `the median may be ${text(interval.low)} to ${text(interval.high)}: more samples tell`;
  return notMeasured(`${found}; ${spread}`);
}

const noFixedTime = 'the condition asks for no fixed delay of a round trip';

const movedOtherwise =
  'the condition moves such a figure by more than its delay, as a loss does a mean: the median of a probe tells';

const tooLittle =
  'that is more than half of it, so that too little is asked for to be told: ask for more, or give a lesser tolerance';

function notMeasured(why: string): ObservedJudgement {
  return { verdict: 'not measured', why };
}

function text(seconds: number): string {
  return formatValue(seconds, 's');
}
