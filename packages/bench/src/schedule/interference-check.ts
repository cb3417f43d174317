import type { BenchScenario } from '../scenario/bench-scenario';
import { withoutFaults } from '../scenario/condition-document';
import { shuffled, type Random } from '../statistics/seeded-random';
import type { PlacedRound } from './placed-rounds';
import { cellsOf, type PlannedRound } from './planned-round';

/** Where one half of the check stands: 0 before the first block, 1 in the middle of the run. */
export interface CheckHalf {
  readonly half: 0 | 1;
  /** The block that comes after it, or the last. */
  readonly block: number;
}

/** In each half. So there are four of each in all, the least with which a difference can show at 5 %. */
const timesEach = 2;

/**
 * One half of the check for interference: for each use, the first pair of a full round by itself, and the round as it is, in
 * random order. Without faults, in the first path and placement that has company; nothing where no two pairs are
 * measured at once.
 */
export function checkRounds(
  scenario: BenchScenario,
  placed: readonly PlacedRound[],
  { half, block }: CheckHalf,
  random: Random,
): readonly PlannedRound[] {
  const full = fullestRound(placed);
  if (!scenario.interference || full === undefined) return [];
  const times = Array.from({ length: timesEach }, (_, index) => half * timesEach + index);
  return scenario.benchmarks.flatMap(({ name }) => {
    const cells = cellsOf(full, name, withoutFaults.name);
    const rounds = times.flatMap((time): readonly PlannedRound[] => [
      { purpose: 'alone', block, time, cells: cells.slice(0, 1) },
      { purpose: 'company', block, time, cells },
    ]);
    return shuffled(rounds, random);
  });
}

function fullestRound(placed: readonly PlacedRound[]): PlacedRound | undefined {
  const first = placed.find(({ pairs }) => pairs.length > 1);
  return placed
    .filter(({ path, placement }) => path === first?.path && placement === first.placement)
    .toSorted((one, other) => other.pairs.length - one.pairs.length)[0];
}
