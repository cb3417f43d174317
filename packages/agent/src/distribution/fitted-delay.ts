import { Duration, Ratio } from '@podlag/core';
import { distributionErrors } from './distribution-errors';

/** What netem needs to give delays like the samples. */
export interface FittedDelay {
  /** To the microsecond, as tc can say it. */
  readonly mean: Duration;
  /** What the table counts in: the standard deviation, or the mean where that is less. Zero: the samples are the same to the microsecond. */
  readonly jitter: Duration;
  /** Quantiles at even steps in units of the jitter, rising. Empty without jitter. */
  readonly table: readonly number[];
  /** Between each delay and the one before, from -1 to 1; NaN without jitter. */
  readonly correlation: number;
  readonly standardDeviationNanoseconds: number;
  /** The share of the samples that netem's table has no number for; they stand at its end. */
  readonly beyondShare: number;
  /** Of those, the one that is furthest off, in nanoseconds; undefined when there is none. */
  readonly furthestBeyond: number | undefined;
}

/** Below this the deviation itself is a guess. */
export const fewestSamples = 20;

/** As many as iproute2's own tables have. */
const tableSize = 4096;

/** netem keeps 16-bit numbers with 8192 for one jitter (NETEM_DIST_SCALE). */
const lowest = -4;
const highest = 3.9998;

/** As fine as tc says a time, in nanoseconds. */
const finest = 1_000;

const longest = Duration.parse('1h').nanoseconds;

/**
 * @param nanoseconds in the order in which they were measured
 * @throws PodlagError `too-few-samples` below `fewestSamples`, `out-of-range` beyond an hour or with a mean below 1 us
 */
export function fitDelay(nanoseconds: readonly number[]): FittedDelay {
  if (nanoseconds.length < fewestSamples) {
    throw distributionErrors.error(
      'too-few-samples',
      `${nanoseconds.length} samples: a distribution needs ${fewestSamples} or more`,
    );
  }
  const sorted = [...nanoseconds].sort((one, other) => one - other);
  const largest = sorted.at(-1) ?? NaN;
  if (!(largest <= longest)) {
    throw distributionErrors.error('out-of-range', `the longest of the samples is ${largest / 1e9} s`);
  }
  const mean = average(sorted);
  if (mean < finest) {
    throw distributionErrors.error('out-of-range', `the mean of the samples is ${mean} ns, below 1 us`);
  }
  // Of equal samples exactly 0: their average may be off by the last bit.
  const deviation =
    sorted[0] === largest ? 0 : Math.sqrt(average(sorted.map((value) => (value - mean) ** 2)));
  const time = wholeMicroseconds(mean);
  // A fault's jitter is at most its delay: a packet cannot leave before it came.
  const jitter = wholeMicroseconds(Math.min(deviation, time));
  const beyond = sorted.filter((value) => jitter > 0 && !isWithin((value - time) / jitter));
  return {
    mean: Duration.ofNanoseconds(time),
    jitter: Duration.ofNanoseconds(jitter),
    table: jitter === 0 ? [] : quantiles(sorted).map((value) => tableEntry((value - time) / jitter)),
    correlation: lagOne(nanoseconds, mean),
    standardDeviationNanoseconds: deviation,
    beyondShare: beyond.length / sorted.length,
    furthestBeyond: beyond.at(-1),
  };
}

/** The lag-1 correlation as a fault can say it: netem knows none below 0. */
export function correlationRatio({ correlation }: FittedDelay): Ratio {
  const share = Number.isNaN(correlation) ? 0 : Math.max(0, Math.min(1, correlation));
  // A tenth of a percent is finer than any sample tells.
  return Ratio.ofFraction(Math.round(share * 1000) / 1000);
}

/** With fewer samples than entries each sample is an entry, and netem draws from just these. */
function quantiles(sorted: readonly number[]): readonly number[] {
  const size = Math.min(tableSize, sorted.length);
  return Array.from({ length: size }, (_, index) => {
    return sorted[Math.floor(((index + 0.5) / size) * sorted.length)] ?? NaN;
  });
}

/** Four digits: netem's own step is 1/8192. */
function tableEntry(jitters: number): number {
  return Math.round(Math.max(lowest, Math.min(highest, jitters)) * 10_000) / 10_000;
}

function isWithin(jitters: number): boolean {
  return jitters >= lowest && jitters <= highest;
}

function wholeMicroseconds(nanoseconds: number): number {
  return Math.round(nanoseconds / 1000) * 1000;
}

function lagOne(values: readonly number[], mean: number): number {
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const product = values
    .slice(1)
    .reduce((sum, value, index) => sum + (value - mean) * ((values[index] ?? NaN) - mean), 0);
  return variance === 0 ? NaN : product / variance;
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
