import type { UseRecord } from '../record/manifest';
import type { Run } from '../record/run';
import type { Sample } from '../record/sample';
import { paths, placements } from '../scenario/bench-scenario';
import { inOrderOf, naturally } from '../views/natural-order';

/** Samples that measure the same. */
export interface SampleGroup extends Pick<Sample, 'use' | 'benchmark' | 'path' | 'placement' | 'condition'> {
  readonly metrics: UseRecord['metrics'];
  /** Undefined where pairs are pooled. */
  readonly client: string | undefined;
  readonly server: string | undefined;
  readonly samples: readonly Sample[];
}

/** All that count of a run, those of the interference check do not, together with their like: by pair, or all pairs as one. */
export function sampleGroups({ manifest, samples }: Run, by: 'pair' | 'pool'): readonly SampleGroup[] {
  const groups = Map.groupBy(
    samples.filter(({ purpose }) => purpose === 'sample'),
    (sample) => JSON.stringify([sample.use, ...placeOf(sample), ...(by === 'pair' ? pairOf(sample) : [])]),
  );
  return [...groups.values()]
    .flatMap((group) => groupOf(group, manifest.uses, by))
    .sort(byPlace(manifest.uses.map(({ name }) => name)));
}

function placeOf({ path, placement, condition }: Sample): readonly string[] {
  return [path, placement, condition];
}

function pairOf({ client, server }: Sample): readonly string[] {
  return [client, server];
}

/** Nothing where the manifest does not know the use: what its figures are is not known then. */
function groupOf(
  samples: readonly Sample[],
  uses: readonly UseRecord[],
  by: 'pair' | 'pool',
): readonly SampleGroup[] {
  const [first] = samples;
  const known = uses.find(({ name }) => name === first?.use);
  if (first === undefined || known === undefined) return [];
  const { use, benchmark, path, placement, condition } = first;
  const pair = by === 'pair' ? first : { client: undefined, server: undefined };
  const { client, server } = pair;
  return [{ use, benchmark, path, placement, condition, client, server, metrics: known.metrics, samples }];
}

function byPlace(uses: readonly string[]): (one: SampleGroup, other: SampleGroup) => number {
  const [use, path, placement, condition] = [uses, paths, placements, ['none']].map(inOrderOf);
  return (one, other) =>
    [
      use?.(one.use, other.use),
      path?.(one.path, other.path),
      placement?.(one.placement, other.placement),
      condition?.(one.condition, other.condition),
      naturally(one.client, other.client),
      naturally(one.server, other.server),
    ].find(Boolean) ?? 0;
}

/** What its good samples measured, in the metric's unit. */
export function valuesOf({ samples }: Pick<SampleGroup, 'samples'>, metric: string): readonly number[] {
  return samples.flatMap((sample) => goodValue(sample, metric) ?? []);
}

/** Undefined for a sample that failed: that is no number. */
export function goodValue({ status, values }: Sample, metric: string): number | undefined {
  return status === 'ok' ? values?.[metric] : undefined;
}
