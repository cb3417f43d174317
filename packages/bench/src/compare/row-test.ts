import { cliffsDelta } from '../statistics/cliffs-delta';
import type { Interval } from '../statistics/interval';
import { leastSamples, mannWhitney } from '../statistics/mann-whitney';
import { median } from '../statistics/median';
import { valuesOf, type SampleGroup } from '../statistics/sample-groups';
import { hodgesLehmann, shiftInterval } from '../statistics/shift';
import type { ComparedSide } from './comparison';
import type { MatchedSamples } from './matched-samples';
import { minimumEffectOf, type MinimumEffect } from './minimum-effect';

/** What the samples of one row say, before anybody judges. */
export interface RowTest {
  readonly a: ComparedSide;
  readonly b: ComparedSide;
  /** Undefined where either side has too few good samples to say anything. */
  readonly values: ValueTest | undefined;
  /** How often chance alone shares the failures out as unequally; undefined where there are none, or too few samples of a side. */
  readonly failuresP: number | undefined;
}

export interface ValueTest {
  readonly shift: number;
  /** Undefined where no interval of so few has that level. */
  readonly interval: Interval | undefined;
  /** At 1 - 2 alpha: it lies within plus or minus the minimum effect just when two one-sided tests at alpha say so (Schuirmann 1987). */
  readonly equivalence: Interval | undefined;
  readonly p: number;
  readonly exact: boolean;
  readonly cliffsDelta: number;
  readonly minimumEffect: number;
}

export interface TestOptions {
  readonly alpha: number;
  readonly minimumEffect?: MinimumEffect;
}

/** Tests one row. Pure, without any randomness. */
export function testRow({ metric, a, b }: MatchedSamples, { alpha, minimumEffect }: TestOptions): RowTest {
  const [ofA, ofB] = [valuesOf(a, metric.name), valuesOf(b, metric.name)];
  const sides = { a: sideOf(a, ofA), b: sideOf(b, ofB) };
  const failuresP = failuresTest(sides.a, sides.b);
  if (Math.min(ofA.length, ofB.length) < leastSamples) return { ...sides, failuresP, values: undefined };
  const { p, exact } = mannWhitney(ofA, ofB);
  const values = {
    shift: hodgesLehmann(ofA, ofB),
    interval: shiftInterval(ofA, ofB, 1 - alpha),
    equivalence: shiftInterval(ofA, ofB, 1 - 2 * alpha),
    p,
    exact,
    cliffsDelta: cliffsDelta(ofA, ofB),
    minimumEffect: minimumEffectOf(metric, median(ofA), minimumEffect),
  };
  return { ...sides, failuresP, values };
}

function sideOf({ samples }: SampleGroup, values: readonly number[]): ComparedSide {
  const n = values.length;
  const invalid = samples.filter(({ status }) => status === 'invalid').length;
  const failed = samples.length - n - invalid;
  return { n, failed, invalid, median: n === 0 ? undefined : median(values) };
}

/** All of one side, whatever became of them. */
export function samplesOf({ n, failed, invalid }: ComparedSide): number {
  return n + failed + invalid;
}

/** A failure is a one among noughts: the rank-sum test of such is Fisher's exact test. */
function failuresTest(a: ComparedSide, b: ComparedSide): number | undefined {
  if (a.failed + b.failed === 0 || Math.min(samplesOf(a), samplesOf(b)) < leastSamples) return undefined;
  return mannWhitney(onesOf(a), onesOf(b)).p;
}

/** An invalid sample is a nought: its figure is not believed, but the network did carry it. */
function onesOf(side: ComparedSide): readonly number[] {
  const { failed } = side;
  return [...new Array<number>(samplesOf(side) - failed).fill(0), ...new Array<number>(failed).fill(1)];
}
