import type { ProbeResult, ProbeSummary } from '@podlag/client';
import { deviations, medianSpan, quantile, type Span } from './added-delay';
import { lostOnAny, type Asked } from './asked';
import { binomialSpan } from './binomial';

/** From good to bad. `unmeasurable`: it may be as asked, and cannot be told. */
export const verdicts = ['ok', 'unmeasurable', 'unreachable', 'off'] as const;
export type Verdict = (typeof verdicts)[number];

/** A verdict, and for every one but `ok` why. */
export interface Judgement {
  readonly verdict: Verdict;
  readonly reason?: string;
}

/** What of a probe's answer is judged. */
export type Measured = Pick<ProbeResult, 'roundTrip' | 'idle' | 'added'>;

/** Fewer answers say nothing of a median. */
export const leastAnswers = 5;

/** Whether what was measured is what is asked, within what chance and clocks allow. Pure. */
export function judge(asked: Asked, measured: Measured): Judgement {
  const rules = [judgeNever, judgeSilence, judgeLoss, judgeAnswers, judgeDelay];
  for (const rule of rules) {
    const found = rule(asked, measured);
    if (found !== undefined) return found;
  }
  return { verdict: 'ok' };
}

/** Where the median of what is added may lie, in milliseconds. @param count of answers */
export function accepted({ delay, heldByRateMs }: Asked, count: number): Span {
  const { least, most } = medianSpan(delay, count);
  const off = tolerance(quantile(delay, 0.5));
  return { least: Math.max(0, least - off), most: most + heldByRateMs + off };
}

/** Two processes that wait for a processor tell the time no better than to 1 ms; far off 2 % are what counts. */
function tolerance(askedMs: number): number {
  return Math.max(1, askedMs * 0.02);
}

type Rule = (asked: Asked, measured: Measured) => Judgement | undefined;

const judgeNever: Rule = ({ never }, { roundTrip, idle }) => {
  if (!never) return undefined;
  if (roundTrip.answered > 0) {
    return off(`${roundTrip.answered} of ${total(roundTrip)} were answered, and nothing may get through`);
  }
  if (idle.answered > 0) return { verdict: 'ok' };
  return unmeasurable('its agent port gives no answer either: it may be cut off, or not be there');
};

const judgeSilence: Rule = (asked, { roundTrip, idle }) => {
  if (roundTrip.answered > 0) return undefined;
  if (total(roundTrip) === 0) return unmeasurable('nothing was sent');
  const all = asked.loss === 'in-runs' || lossSpan(asked.loss, roundTrip, idle).most >= total(roundTrip);
  if (all && idle.answered > 0) {
    return unmeasurable(
      'nothing was answered, which may be the loss that is asked for: try a larger --count',
    );
  }
  return {
    verdict: 'unreachable',
    reason:
      idle.answered > 0
        ? 'nothing was answered, though its agent port answers: a NetworkPolicy may drop this port; try --port'
        : 'nothing was answered, by its agent port neither: it is not there, or a NetworkPolicy drops it',
  };
};

const judgeLoss: Rule = ({ loss }, { roundTrip, idle }) => {
  if (loss === 'in-runs') return undefined;
  const { least, most } = lossSpan(loss, roundTrip, idle);
  if (roundTrip.lost >= least && roundTrip.lost <= most) return undefined;
  const range = least === most ? String(least) : `${least} to ${most}`;
  return off(`${roundTrip.lost} of ${total(roundTrip)} were lost, expected ${range}`);
};

const judgeAnswers: Rule = (_, { roundTrip, idle }) => {
  if (idle.answered === 0) {
    return unmeasurable(
      'its agent port gives no answer, so that the idle round trip is not known: let the pods reach it in their NetworkPolicy',
    );
  }
  const fewest = Math.min(roundTrip.answered, idle.answered);
  if (fewest >= leastAnswers) return undefined;
  return unmeasurable(`only ${fewest} answers: try a larger --count`);
};

const judgeDelay: Rule = (asked, { roundTrip, idle, added }) => {
  const addedMs = added.median?.milliseconds ?? 0;
  const { least, most } = accepted(asked, roundTrip.answered);
  if (addedMs >= least && addedMs <= most) return undefined;
  if (addedMs > most && asked.heldByRateMs > 0) {
    return unmeasurable(
      'it takes longer than the delay, and other packets may queue before the rate that is asked for',
    );
  }
  const found = `${figure(addedMs)} ms are added, expected ${figure(least)} to ${figure(most)} ms`;
  const noiseMs = noise(idle);
  if (addedMs < least - noiseMs || addedMs > most + noiseMs) return off(found);
  return unmeasurable(
    `${found}, but idle round trips vary so much that the median may be ${figure(noiseMs)} ms off: try a larger --count`,
  );
};

/** 1.645 standard deviations lie between the median and the 95th percentile of a normal distribution. */
const deviationsToP95 = 1.645;

/**
 * How far off the difference of two medians may be, in 999 cases of 1000, in milliseconds: by as much as the machines and the
 * network let idle round trips vary. The median of n has sqrt(pi/2n) of the standard deviation of one.
 */
function noise({ median, p95, answered }: ProbeSummary): number {
  if (median === undefined || p95 === undefined) return 0;
  const deviationMs = (p95.milliseconds - median.milliseconds) / deviationsToP95;
  return deviations * Math.SQRT2 * Math.sqrt(Math.PI / (2 * answered)) * deviationMs;
}

/** What the network itself loses is seen at the agent port, which no fault touches. */
function lossSpan({ least, most }: Span, roundTrip: ProbeSummary, idle: ProbeSummary): Span {
  const byItself = total(idle) === 0 || idle.answered === 0 ? 0 : idle.lost / total(idle);
  const count = total(roundTrip);
  return {
    least: binomialSpan(count, least).least,
    most: binomialSpan(count, lostOnAny([most, byItself])).most,
  };
}

function total({ answered, lost }: ProbeSummary): number {
  return answered + lost;
}

function off(reason: string): Judgement {
  return { verdict: 'off', reason };
}

function unmeasurable(reason: string): Judgement {
  return { verdict: 'unmeasurable', reason };
}

/** Milliseconds for people: three digits that count, and no more than two behind the point. */
export function figure(ms: number): string {
  const digits = ms >= 100 ? 0 : ms >= 10 ? 1 : 2;
  return String(Number(ms.toFixed(digits)));
}
