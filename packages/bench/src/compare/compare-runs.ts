import { benchErrors } from '../bench-errors';
import type { Run } from '../record/run';
import { adjustedForMany } from '../statistics/false-discovery';
import type { Comparison, ComparisonRow, Difference, Verdict } from './comparison';
import { verdicts } from './comparison';
import { differences, listed } from './differences';
import { judgeRow } from './judge-row';
import { matchedSamples, unmatchedPlaces, type MatchedSamples, type MatchOptions } from './matched-samples';
import type { MinimumEffect } from './minimum-effect';
import { samplesOf, testRow, type RowTest } from './row-test';

export interface CompareOptions extends MatchOptions {
  readonly minimumEffect?: MinimumEffect;
  /** How often a difference may be called one where there is none. Default 0.05. */
  readonly alpha?: number;
}

/**
 * Whether B is better or worse than A, place by place and as a whole. A difference counts when the Mann-Whitney test sees it,
 * adjusted for all rows, and the whole interval of the shift lies beyond the minimum effect; `same` needs the 90 % interval
 * wholly within it. What is neither is `inconclusive`, as are values with fewer than 4 good samples on a side, and what B has
 * not measured. Failures are judged apart, from 4 samples a side on: clearly more of them are `worse` without any values, too.
 * Each pair of workers that both have is a row of its own.
 *
 * @throws PodlagError `not-comparable` where the two have measured nothing in common
 */
export function compareRuns(a: Run, b: Run, options: CompareOptions = {}): Comparison {
  const around = a === b ? [] : differences(a, b);
  return compared(a, b, options, [
    ...around,
    ...conditionDifference(options),
    ...placeDifferences(a, b, options),
  ]);
}

/**
 * The same of two conditions of one run. They were measured in turns, block by block, so that nothing but the condition
 * differs: the strongest comparison that there is.
 *
 * @throws PodlagError `not-comparable` where the run has no samples under one of them
 */
export function compareConditions(
  run: Run,
  a: string,
  b: string,
  options: Omit<CompareOptions, 'conditions'> = {},
): Comparison {
  return compareRuns(run, run, { ...options, conditions: [a, b] });
}

function compared(a: Run, b: Run, options: CompareOptions, around: readonly Difference[]): Comparison {
  const alpha = options.alpha ?? 0.05;
  const tests = matchedSamples(a, b, options).map((samples) => ({
    samples,
    ...testRow(samples, { ...options, alpha }),
  }));
  if (tests.every(({ b }) => samplesOf(b) === 0)) throw notComparable(a, b, options);
  const rows = judgedRows(tests, alpha);
  const tested = tests.filter(({ values }) => values !== undefined).length;
  return {
    a: nameOf(a, options.conditions?.[0]),
    b: nameOf(b, options.conditions?.[1]),
    differences: around,
    rows,
    tested,
    verdict: verdictOf(rows),
    why: whyOf(rows, tested),
  };
}

interface TestedSamples extends RowTest {
  readonly samples: MatchedSamples;
}

function judgedRows(tests: readonly TestedSamples[], alpha: number): readonly ComparisonRow[] {
  const adjusted = adjustedWhereThere(tests.map(({ values }) => values?.p));
  const adjustedFailures = adjustedWhereThere(tests.map(({ failuresP }) => failuresP));
  const tested = adjusted.filter((p) => p !== undefined).length;
  return tests.map((test, index) => {
    const adjustedP = adjusted[index];
    const rules = { alpha, tested, adjustedP, adjustedFailuresP: adjustedFailures[index] };
    const { verdict, why } = judgeRow(test.samples.metric, test, rules);
    return { ...rowOf(test), adjustedP, verdict, why: `${why}${togetherText(test.samples)}` };
  });
}

function rowOf({
  samples,
  a,
  b,
  values,
}: TestedSamples): Omit<ComparisonRow, 'adjustedP' | 'verdict' | 'why'> {
  const { use, benchmark, path, placement, condition, client, server, pairs, metric } = samples;
  const { shift, interval, p, exact, cliffsDelta, minimumEffect } = values ?? {};
  const shiftRatio = shift === undefined || !a.median ? undefined : shift / Math.abs(a.median);
  const place = { use, benchmark, path, placement, condition, client, server, pairs, metric };
  return { ...place, a, b, shift, shiftRatio, interval, p, exact, cliffsDelta, minimumEffect };
}

/** In the places in which they are; those that are absent are no tests. */
function adjustedWhereThere(ps: readonly (number | undefined)[]): readonly (number | undefined)[] {
  const adjusted = adjustedForMany(ps.filter((p) => p !== undefined)).values();
  return ps.map((p) => (p === undefined ? undefined : adjusted.next().value));
}

/** The first that any row has. */
const gravest: readonly Verdict[] = ['worse', 'inconclusive', 'better', 'same'];

function verdictOf(rows: readonly ComparisonRow[]): Verdict {
  return gravest.find((verdict) => rows.some((row) => row.verdict === verdict)) ?? 'inconclusive';
}

function whyOf(rows: readonly ComparisonRow[], tested: number): string {
  const counts = verdicts
    .map((verdict) => [rows.filter((row) => row.verdict === verdict).length, verdict] as const)
    .filter(([count]) => count > 0)
    .map(([count, verdict]) => `${count} ${verdict}`);
  const adjusted = tested > 1 ? `; p is adjusted for ${tested} tests (Benjamini and Hochberg)` : '';
  const pooled = rows.filter(({ pairs }) => pairs > 1).length;
  const together = pooled > 0 ? `; in ${pooled} of them several pairs are together` : '';
  return `of ${rows.length} compared: ${counts.join(', ')}${together}${adjusted}`;
}

function togetherText({ pairs }: MatchedSamples): string {
  return pairs === 1 ? '' : `; ${pairs} pairs together`;
}

function nameOf({ manifest }: Run, condition: string | undefined): string {
  return condition === undefined ? manifest.run : `${manifest.run} (${condition})`;
}

function conditionDifference({ conditions }: CompareOptions): readonly Difference[] {
  if (conditions === undefined) return [];
  const [a, b] = conditions;
  return [{ what: 'condition', a, b }];
}

/** What only one side has measured. */
function placeDifferences(
  a: Run,
  b: Run,
  {
    conditions: [ofA, ofB] = [undefined, undefined],
  }: {
    readonly conditions?: readonly [string | undefined, string | undefined];
  },
): readonly Difference[] {
  const [onlyA, onlyB] = [unmatchedPlaces(a, [ofA, ofB], b), unmatchedPlaces(b, [ofB, ofA], a)];
  if (onlyA.length + onlyB.length === 0) return [];
  return [{ what: 'measured there alone', a: listed(onlyA), b: listed(onlyB) }];
}

function notComparable(a: Run, b: Run, { conditions }: CompareOptions): Error {
  const [one, other] = [nameOf(a, conditions?.[0]), nameOf(b, conditions?.[1])];
  return benchErrors.error('not-comparable', `${one} and ${other} have measured nothing in common`);
}
