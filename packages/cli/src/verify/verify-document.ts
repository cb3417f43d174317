import { Duration, Ratio } from '@podlag/core';
import type { VerifiedPair, VerifyOutput } from '../output/verify-output';
import { quantile } from './added-delay';
import { lostOnAny, type Asked } from './asked';
import { accepted, verdicts } from './judge';
import type { PairResult } from './measure-pair';

/** One pair as it is printed. */
export function verifiedPair({ pair, asked, measured, verdict, reason }: PairResult): VerifiedPair {
  return {
    from: pair.from.name,
    to: pair.to.name,
    address: pair.to.address,
    faults: [...(asked?.faults ?? [])],
    ...(asked === undefined ? {} : { asked: askedDocument(asked, measured?.roundTrip.answered) }),
    ...(measured === undefined ? {} : { measured: measuredDocument(measured) }),
    verdict,
    ...(reason === undefined ? {} : { reason }),
  };
}

function askedDocument(asked: Asked, answered = 1): NonNullable<VerifiedPair['asked']> {
  if (asked.never) return 'never';
  const { least, most } = accepted(asked, answered);
  const median = quantile(asked.delay, 0.5);
  return {
    median: printed(asked.delay.draws.length === 1 ? median : rounded(median)),
    least: printed(rounded(least)),
    most: printed(rounded(most)),
    loss: lossText(asked.loss),
  };
}

function lossText(loss: Asked['loss']): string {
  if (loss === 'in-runs') return 'in runs';
  // No finer than a hundredth of a percent: it is a product of floating-point numbers.
  return Ratio.ofFraction(Number(lostOnAny([loss.most]).toFixed(4))).toString();
}

function measuredDocument({
  roundTrip,
  idle,
  added,
}: NonNullable<PairResult['measured']>): NonNullable<VerifiedPair['measured']> {
  const { answered, lost } = roundTrip;
  return {
    ...(added.median === undefined ? {} : { added: added.median.toString() }),
    ...(roundTrip.median === undefined ? {} : { median: roundTrip.median.toString() }),
    ...(idle.median === undefined ? {} : { idle: idle.median.toString() }),
    ...{ answered, lost },
  };
}

/** What rests on draws is known to so many digits. */
function rounded(ms: number): number {
  return Number(ms.toPrecision(4));
}

/** To a microsecond: nobody measures finer. */
function printed(ms: number): string {
  return Duration.ofNanoseconds(Math.round(ms * 1_000) * 1_000).toString();
}

/** How many pairs have each verdict. */
export function summaryOf(results: readonly Pick<PairResult, 'verdict'>[]): VerifyOutput['summary'] {
  const count = (wanted: string): number => results.filter(({ verdict }) => verdict === wanted).length;
  const [ok = 0, unmeasurable = 0, unreachable = 0, off = 0] = verdicts.map(count);
  return { ok, off, unreachable, unmeasurable };
}
