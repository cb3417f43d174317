import { leastSamples } from '../statistics/mann-whitney';
import type { SampleGroup } from '../statistics/sample-groups';

/** Samples of both sides that are held against each other; `b` is empty where B has not measured them. */
export interface MatchedPairs {
  /** Of how many pairs of workers; of one alone both groups bear its name. */
  readonly pairs: number;
  readonly a: SampleGroup;
  readonly b: SampleGroup;
}

/**
 * One place, each pair that both sides have by itself, since the median of all pairs does not see that one of them has become
 * slow. Together are those of which too little is known, those that B lacks, and all where no pair is in both.
 *
 * @param a the place's groups by pair, at least one; `b` may be empty
 */
export function matchedPairs(
  a: readonly SampleGroup[],
  b: readonly SampleGroup[],
  by: 'pair' | 'pool',
): readonly MatchedPairs[] {
  const others = new Map(b.map((group) => [pairOf(group), group]));
  const both = a.flatMap((group) => {
    const other = others.get(pairOf(group));
    return other === undefined ? [] : [{ a: group, b: other }];
  });
  if (by === 'pool' || both.length === 0) return together(a, b);
  const [told, untold] = [both.filter(tells), both.filter((pair) => !tells(pair))];
  const missing = a.filter((group) => !others.has(pairOf(group)));
  return [
    ...told.map((pair) => ({ pairs: 1, ...pair })),
    ...together(
      untold.map((pair) => pair.a),
      untold.map((pair) => pair.b),
    ),
    ...together(missing, []),
  ];
}

function pairOf({ client, server }: SampleGroup): string {
  return JSON.stringify([client, server]);
}

/** Each side has enough good samples, or enough that failed where none is good. One that is not to be believed is neither. */
function tells({ a, b }: Pick<MatchedPairs, 'a' | 'b'>): boolean {
  return [a, b].every(({ samples }) => {
    const good = samples.filter(({ status }) => status === 'ok').length;
    const invalid = samples.filter(({ status }) => status === 'invalid').length;
    return (good === 0 ? samples.length - invalid : good) >= leastSamples;
  });
}

function together(a: readonly SampleGroup[], b: readonly SampleGroup[]): readonly MatchedPairs[] {
  const [first, ...more] = a;
  if (first === undefined) return [];
  const pairs = new Set([...a, ...b].map(pairOf)).size;
  const name = more.length === 0 && pairs === 1 ? {} : { client: undefined, server: undefined };
  return [
    {
      pairs,
      a: { ...first, ...name, samples: a.flatMap(({ samples }) => samples) },
      b: { ...(b[0] ?? first), ...name, samples: b.flatMap(({ samples }) => samples) },
    },
  ];
}
