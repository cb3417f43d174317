import type { SummarisedMetric } from '../record/cell-summary';
import type { AskedOfCondition } from '../record/manifest';
import type { Run } from '../record/run';
import { bootstrapMedian } from '../statistics/bootstrap';
import type { Interval } from '../statistics/interval';
import { leastSamples } from '../statistics/mann-whitney';
import { median } from '../statistics/median';
import { sampleGroups, type SampleGroup } from '../statistics/sample-groups';
import { judgeObserved, toleranceOf, type ObservedTolerance } from './judge-observed';
import { matchedBlocks } from './matched-blocks';
import type { Observed, ObservedRow } from './observation';
import { requestCosts } from './request-cost';

export interface ObservedOptions {
  /** Each pair by itself, which is the default, or all of a place together. */
  readonly by?: 'pair' | 'pool';
  readonly tolerance?: ObservedTolerance;
  /** `first`, the default: of each use the first metric of each count of round trips; further ones are of tails. */
  readonly metrics?: 'first' | 'all';
}

/**
 * Configured against observed: for each condition and each metric that is made of round trips, what was asked for beside what
 * was added in fact, by samples of the same block with and without it; and what a request pays for it, step by step. A run
 * without conditions has no rows.
 */
export function observed(run: Run, options: ObservedOptions = {}): Observed {
  const groups = sampleGroups(run, options.by ?? 'pair');
  const baselines = new Map(groups.filter(isBaseline).map((group) => [placeOf(group), group]));
  const measured = groups
    .filter((group) => !isBaseline(group))
    .flatMap((group) => {
      const facts = {
        group,
        baseline: baselines.get(placeOf(group)),
        asked: run.manifest.asked[group.condition] ?? {},
        seed: run.manifest.seed,
      };
      const [times, first] = [timesOf(group), firstOf(timesOf(group))];
      return (options.metrics === 'all' ? times : first).map((metric) => ({
        row: rowOf(facts, metric, options),
        isFirst: first.includes(metric),
      }));
    });
  return {
    run: run.manifest.run,
    rows: measured.map(({ row }) => row),
    // Of the same figures whatever is shown: a p99 beside its median is no second measurement of a request.
    requestCost: requestCosts(measured.filter(({ isFirst }) => isFirst).map(({ row }) => row)),
  };
}

function isBaseline({ condition }: SampleGroup): boolean {
  return condition === 'none';
}

function placeOf({ use, path, placement, client, server }: SampleGroup): string {
  return JSON.stringify([use, path, placement, client, server]);
}

interface RoundTripMetric extends SummarisedMetric {
  readonly roundTrips: number;
}

function timesOf({ metrics }: SampleGroup): readonly RoundTripMetric[] {
  return metrics.filter((metric): metric is RoundTripMetric => metric.roundTrips !== undefined);
}

/** Of each count of round trips; further ones are of tails. */
function firstOf(times: readonly RoundTripMetric[]): readonly RoundTripMetric[] {
  return [...Map.groupBy(times, ({ roundTrips }) => roundTrips).values()].flatMap((same) => same.slice(0, 1));
}

interface Facts {
  readonly group: SampleGroup;
  readonly baseline: SampleGroup | undefined;
  readonly asked: AskedOfCondition;
  readonly seed: number;
}

function rowOf(facts: Facts, metric: RoundTripMetric, options: ObservedOptions): ObservedRow {
  const { group, baseline, seed } = facts;
  const { use, benchmark, path, placement, client, server, condition } = group;
  const { differences, alone } = matchedBlocks(baseline?.samples ?? [], group.samples, metric.name);
  const { addedRoundTrip: asked } = facts.asked;
  const expected = expectedOf(facts.asked, metric);
  const addition = {
    asked,
    n: differences.length,
    alone,
    added: differences.length === 0 ? undefined : median(differences),
    interval: intervalOf(differences, seed, 0.95),
    equivalence: intervalOf(differences, seed, 0.9),
    expected,
    tolerance: expected === undefined ? undefined : toleranceOf(expected, options.tolerance),
  };
  const place = { use, benchmark, path, placement, client, server, condition, metric };
  const { n, added, interval, tolerance } = addition;
  const figures = { roundTrips: metric.roundTrips, asked, expected, n, added, interval, tolerance };
  return { ...place, ...figures, ...judgeObserved(addition) };
}

/** Undefined also where the condition's faults move such a figure by more than their delay. */
function expectedOf(
  { addedRoundTrip, statistics }: AskedOfCondition,
  { roundTrips, statistic }: RoundTripMetric,
): number | undefined {
  const isAsAsked = statistics === undefined || (statistic !== undefined && statistics.includes(statistic));
  return addedRoundTrip === undefined || !isAsAsked ? undefined : addedRoundTrip * roundTrips;
}

function intervalOf(differences: readonly number[], seed: number, level: number): Interval | undefined {
  return differences.length < leastSamples ? undefined : bootstrapMedian(differences, { seed, level });
}
