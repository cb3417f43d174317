import type { Sample } from '../record/sample';
import { goodValue } from '../statistics/sample-groups';

/** What a condition adds, sample by sample. */
export interface MatchedBlocks {
  /** With the condition less without it: of the same pair of workers in the same block, in the metric's unit. */
  readonly differences: readonly number[];
  /** Samples of either that have no such partner. */
  readonly alone: number;
}

/** Matches samples with their like of the same block, so that what drifts from block to block is in both and cancels out. */
export function matchedBlocks(
  without: readonly Sample[],
  under: readonly Sample[],
  metric: string,
): MatchedBlocks {
  const [base, other] = [valuesByBlock(without, metric), valuesByBlock(under, metric)];
  const differences = [...other].flatMap(([place, value]) => {
    const partner = base.get(place);
    return partner === undefined ? [] : [value - partner];
  });
  return { differences, alone: without.length + under.length - 2 * differences.length };
}

function valuesByBlock(samples: readonly Sample[], metric: string): ReadonlyMap<string, number> {
  return new Map(
    samples.flatMap((sample) => {
      const value = goodValue(sample, metric);
      const place = JSON.stringify([sample.client, sample.server, sample.block]);
      return value === undefined ? [] : [[place, value]];
    }),
  );
}
