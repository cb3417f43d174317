import { Duration, parsed } from '@podlag/core';
import type { SeenObject } from '../world/custom-objects';
import { pairName } from './region-pairs';

const duration = parsed((value) => Duration.parse(value));

/** Round trips by the names of their pairs of regions, by matrix. */
export type RecalledBaselines = ReadonlyMap<string, ReadonlyMap<string, Duration>>;

/** What the statuses of matrices say: the controller that led before has measured it, and has plans in force by it. */
export function recalledBaselines(objects: ReadonlyMap<string, SeenObject>): RecalledBaselines {
  const matrices = [...objects.values()].flatMap((seen) => (seen.kind === 'latencymatrix' ? [seen] : []));
  return new Map(
    matrices.flatMap(({ key, object: { status } }) => {
      const known = (status?.baselines ?? []).flatMap(({ between: [one, other], rtt }) => {
        // What cannot be read, somebody else has written: it is measured as if there were nothing.
        const { data } = duration.safeParse(rtt);
        return data === undefined ? [] : [[pairName(one, other), data] as const];
      });
      return known.length === 0 ? [] : [[key, new Map(known)] as const];
    }),
  );
}
