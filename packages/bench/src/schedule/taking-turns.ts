import type { Meeting } from '@podlag/core';
import type { PairRound } from './edge-colouring';

/**
 * The same rounds with the two of each meeting so turned that each is first as often as it is second, give or take one: they
 * are walked through as in Euler's trails, in which whoever is reached is left again.
 */
export function takingTurns<T>(rounds: readonly PairRound<T>[]): readonly PairRound<T>[] {
  const left = new Map<T, Set<Meeting<T>>>();
  for (const meeting of rounds.flat()) {
    for (const player of meeting) left.set(player, (left.get(player) ?? new Set()).add(meeting));
  }
  const turned = new Map<Meeting<T>, Meeting<T>>();
  const walk = (from: T): void => {
    for (let [at, meeting] = [from, firstOf(left.get(from))]; meeting; meeting = firstOf(left.get(at))) {
      const next = meeting[0] === at ? meeting[1] : meeting[0];
      turned.set(meeting, [at, next]);
      left.get(at)?.delete(meeting);
      left.get(next)?.delete(meeting);
      at = next;
    }
  };
  // A trail from one with an odd number ends at another such one, and then both are even.
  for (const [player, meetings] of left) if (meetings.size % 2 === 1) walk(player);
  for (const [player, meetings] of left) while (meetings.size > 0) walk(player);
  return rounds.map((round) => round.map((meeting) => turned.get(meeting) ?? meeting));
}

function firstOf<T>(values: ReadonlySet<T> | undefined): T | undefined {
  return values?.values().next().value;
}
