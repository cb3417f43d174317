import type { SummarisedMetric } from '../record/cell-summary';
import { leastSamples } from '../statistics/mann-whitney';
import { formatValue } from '../views/scale';
import type { ComparedSide, Verdict } from './comparison';
import { minimumRatio } from './minimum-effect';
import { samplesOf, type RowTest, type ValueTest } from './row-test';

export interface Judgement {
  readonly verdict: Verdict;
  readonly why: string;
}

/** What a row is held against. */
export interface RowRules {
  readonly alpha: number;
  /** Rows whose values were tested; p is adjusted for so many. */
  readonly tested: number;
  readonly adjustedP: number | undefined;
  readonly adjustedFailuresP: number | undefined;
}

/** The verdict on one row, from its values and from what failed. Pure. */
export function judgeRow(metric: SummarisedMetric, test: RowTest, rules: RowRules): Judgement {
  if (samplesOf(test.b) === 0) return inconclusive('B has not measured it');
  const values = judgeValues(metric, test, rules);
  const failures = judgeFailures(test, rules);
  if (failures === undefined) return values;
  const why = `${failures.why}; ${values.why}`;
  return { verdict: together(values.verdict, failures.verdict, test), why };
}

/** Good values do not make up for failures, nor fewer failures for bad values, or for too few good ones of B. */
function together(values: Verdict, failures: Verdict, test: RowTest): Verdict {
  if (values === 'worse' || failures === 'worse') return 'worse';
  if (failures === 'same') return values;
  if (failures !== 'better') return 'inconclusive';
  const onlyAIsShort = test.values === undefined && test.b.n >= leastSamples;
  return values === 'inconclusive' && !onlyAIsShort ? values : 'better';
}

/** Undefined where nothing failed. `same` where it says nothing against what the values say. */
function judgeFailures({ a, b, failuresP }: RowTest, rules: RowRules): Judgement | undefined {
  if (a.failed + b.failed === 0) return undefined;
  const why = `failed: ${failedOf(b)} of B, ${failedOf(a)} of A`;
  const more = failedShare(b) - failedShare(a);
  const seen = (rules.adjustedFailuresP ?? failuresP ?? 1) < rules.alpha;
  if (Math.abs(more) <= minimumRatio) return { verdict: 'same', why };
  if (seen) return { verdict: more > 0 ? 'worse' : 'better', why };
  // Too few to say that it is no chance; too many to call B as good as A.
  return { verdict: more > 0 ? 'inconclusive' : 'same', why };
}

function failedOf(side: ComparedSide): string {
  return `${side.failed} of ${samplesOf(side)} samples`;
}

function failedShare(side: ComparedSide): number {
  return side.failed / samplesOf(side);
}

function judgeValues(metric: SummarisedMetric, { a, b, values }: RowTest, rules: RowRules): Judgement {
  if (values === undefined) return inconclusive(`${tooFew(Math.min(a.n, b.n))}${invalidText(a, b)}`);
  const beyond = sideBeyond(values);
  const p = rules.adjustedP ?? values.p;
  if (beyond !== 0 && p < rules.alpha) {
    const improved = beyond > 0 === (metric.better === 'higher');
    return { verdict: improved ? 'better' : 'worse', why: beyondText(metric, values) };
  }
  if (isWithin(values)) return { verdict: 'same', why: withinText(metric, values) };
  if (beyond !== 0) return inconclusive(`${beyondText(metric, values)}; but ${chanceText(p, rules)}`);
  return inconclusive(wideText(metric, values, p < rules.alpha));
}

function inconclusive(why: string): Judgement {
  return { verdict: 'inconclusive', why };
}

/** 1 when the whole interval lies above what counts, -1 when below, else 0. */
function sideBeyond({ interval, minimumEffect }: ValueTest): -1 | 0 | 1 {
  if (interval === undefined) return 0;
  if (interval.low > minimumEffect) return 1;
  return interval.high < -minimumEffect ? -1 : 0;
}

function isWithin({ equivalence, minimumEffect }: ValueTest): boolean {
  return equivalence !== undefined && equivalence.low >= -minimumEffect && equivalence.high <= minimumEffect;
}

function tooFew(n: number): string {
  const samples = n === 0 ? 'no good sample' : n === 1 ? '1 sample' : `${n} samples`;
  return `${samples}; ${leastSamples} against ${leastSamples} is the least with which a difference can show at 5 %`;
}

/** Else whoever reads the runs' own tables would wonder where so many samples are. */
function invalidText(a: ComparedSide, b: ComparedSide): string {
  if (a.invalid + b.invalid === 0) return '';
  return `; not to be believed (invalid): ${invalidOf(b)} of B, ${invalidOf(a)} of A`;
}

function invalidOf(side: ComparedSide): string {
  return `${side.invalid} of ${samplesOf(side)} samples`;
}

function beyondText({ unit }: SummarisedMetric, { interval, shift, minimumEffect }: ValueTest): string {
  const ends = [interval?.low ?? NaN, interval?.high ?? NaN].map(Math.abs).sort((x, y) => x - y);
  const [least, most] = ends.map((end) => formatValue(end, unit));
  const counts = minimumEffect === 0 ? 'any' : formatValue(minimumEffect, unit);
  return `${shift > 0 ? 'higher' : 'lower'} by ${least} to ${most}; ${counts} counts`;
}

function withinText({ unit }: SummarisedMetric, { equivalence, minimumEffect }: ValueTest): string {
  const counts = `less than ${formatValue(minimumEffect, unit)} does not count`;
  return `shifted by ${range(unit, equivalence?.low, equivalence?.high)}; ${counts}`;
}

function wideText(metric: SummarisedMetric, { interval, minimumEffect }: ValueTest, seen: boolean): string {
  const { unit } = metric;
  const counts = formatValue(minimumEffect, unit);
  const span = range(unit, interval?.low, interval?.high);
  if (seen)
    return `there is a difference, of ${span}, which may be less than the ${counts} that count: more samples tell`;
  return `the shift may be ${span}, and ${counts} counts: more samples tell`;
}

function chanceText(p: number, { alpha, tested }: RowRules): string {
  const least = leastForMany(tested, alpha);
  const among =
    tested === 1 ? '' : ` among ${tested} tests, of which ${least} samples a side can always tell`;
  return `p is ${p.toPrecision(2)}${among}`;
}

/** So many samples on each side that one row of so many which is wholly apart is told even when all others are the same. */
export function leastForMany(tested: number, alpha = 0.05): number {
  let [samples, p] = [1, 1];
  // 2 of all (2n over n) ways to share them out are as extreme; n against n+1 multiplies those ways by 2(2n+1)/(n+1).
  for (; p * tested >= alpha; samples += 1) p = p / ((2 * (2 * samples + 1)) / (samples + 1));
  return samples;
}

function range(unit: SummarisedMetric['unit'], low = NaN, high = NaN): string {
  return `${signed(low, unit)} to ${signed(high, unit)}`;
}

function signed(value: number, unit: SummarisedMetric['unit']): string {
  return `${value > 0 ? '+' : ''}${formatValue(value, unit)}`;
}
