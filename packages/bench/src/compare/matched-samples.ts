import type { SummarisedMetric } from '../record/cell-summary';
import type { Run } from '../record/run';
import { sampleGroups, type SampleGroup } from '../statistics/sample-groups';
import { matchedPairs, type MatchedPairs } from './matched-pairs';

/** One metric in one place, with what each side has of it; B nothing, where it has not measured it. */
export interface MatchedSamples
  extends
    MatchedPairs,
    Pick<SampleGroup, 'use' | 'benchmark' | 'path' | 'placement' | 'condition' | 'client' | 'server'> {
  readonly metric: SummarisedMetric;
}

export interface MatchOptions {
  /** Default `first`: each use's first metric. */
  readonly metrics?: 'first' | 'all';
  /** A's condition and B's; default: each with the one of the same name. */
  readonly conditions?: readonly [string, string];
  /** `pair`, the default: each pair of workers that both have by itself; `pool`: all of a place together. */
  readonly by?: 'pair' | 'pool';
}

/** All that A has measured, in its order, with what B has of it. */
export function matchedSamples(a: Run, b: Run, options: MatchOptions): readonly MatchedSamples[] {
  const { conditions, by = 'pair' } = options;
  const [ofA, ofB] = conditions ?? [];
  const others = placesUnder(b, ofB);
  return [...placesUnder(a, ofA)].flatMap(([place, groups]) =>
    metricsOf(groups, options).flatMap((metric) => {
      const its = (others.get(place) ?? []).filter((group) => measures(group, metric));
      return matchedPairs(groups, its, by).map((matched) => {
        const { use, benchmark, path, placement, client, server } = matched.a;
        const condition = conditions === undefined ? matched.a.condition : conditions.join(' | ');
        return { use, benchmark, path, placement, condition, client, server, metric, ...matched };
      });
    }),
  );
}

/** The places of one side that the other has not, as people would say them. */
export function unmatchedPlaces(
  of: Run,
  [condition, otherCondition]: readonly [string | undefined, string | undefined],
  other: Run,
): readonly string[] {
  const there = placesUnder(other, otherCondition);
  return [...placesUnder(of, condition)].flatMap(([place, [group]]) => {
    if (group === undefined || there.has(place)) return [];
    const { use, benchmark, path, placement } = group;
    const name = use === benchmark ? use : `${use} (${benchmark})`;
    return [[name, path, placement, ...(condition === undefined ? [group.condition] : [])].join(' ')];
  });
}

/** By place, each pair of it. @param condition of this alone, whose name is then no part of the place */
function placesUnder(run: Run, condition: string | undefined): ReadonlyMap<string, readonly SampleGroup[]> {
  const groups = sampleGroups(run, 'pair').filter(
    (group) => condition === undefined || group.condition === condition,
  );
  return Map.groupBy(groups, ({ use, benchmark, path, placement, condition: its }) =>
    JSON.stringify([use, benchmark, path, placement, ...(condition === undefined ? [its] : [])]),
  );
}

function metricsOf(
  [group]: readonly SampleGroup[],
  { metrics = 'first' }: MatchOptions,
): readonly SummarisedMetric[] {
  const all = group?.metrics ?? [];
  return metrics === 'first' ? all.slice(0, 1) : all;
}

function measures({ metrics }: SampleGroup, { name, unit, better }: SummarisedMetric): boolean {
  return metrics.some((its) => its.name === name && its.unit === unit && its.better === better);
}
