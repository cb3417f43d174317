import { tournament } from '@podlag/core';
import { isSource, type End, type Pair } from './end';
import type { Ends } from './ends';

/** As many as twelve pods have among them: what is measured in half a minute, and read as a matrix. */
export const mostPods = 12;
export const mostPairs = mostPods * (mostPods - 1);

/**
 * Every ordered pair of the ends, in rounds: those of a round have no end in common, so that they do not measure each other.
 * In the second half of a round the same ends meet the other way round.
 */
export function pairRounds({ sources, destination }: Ends): readonly (readonly Pair[])[] {
  if (destination !== undefined) {
    return sources.filter((from) => from !== destination).map((from) => [{ from, to: destination }]);
  }
  return tournament(sources).flatMap((meetings) => [
    meetings.map(([from, to]) => ({ from, to })),
    meetings.map(([to, from]) => ({ from, to })),
  ]);
}

/** At most so many of them, evenly from all rounds: each pod has about as many as each other one. */
export function sampled(rounds: readonly (readonly Pair[])[], most: number): readonly (readonly Pair[])[] {
  const count = rounds.flat().length;
  if (count <= most) return rounds;
  let index = 0;
  return withoutEmpty(
    rounds.map((pairs) =>
      pairs.filter(() => {
        index += 1;
        return Math.floor((index * most) / count) > Math.floor(((index - 1) * most) / count);
      }),
    ),
  );
}

/** Those pairs that are wanted, in the same rounds. */
export function only(
  rounds: readonly (readonly Pair[])[],
  isWanted: (pair: Pair) => boolean,
): readonly (readonly Pair[])[] {
  return withoutEmpty(rounds.map((pairs) => pairs.filter(isWanted)));
}

function withoutEmpty(rounds: readonly (readonly Pair[])[]): readonly (readonly Pair[])[] {
  return rounds.filter(({ length }) => length > 0);
}

/** Every end once, sources first. */
export function allEnds({ sources, destination }: Ends): readonly End[] {
  const isKnown = destination !== undefined && isSource(destination) && sources.includes(destination);
  return destination === undefined || isKnown ? sources : [...sources, destination];
}
