import { benchErrors } from '../bench-errors';
import type { BenchScenario } from '../scenario/bench-scenario';
import { seededRandom, shuffled, type Random } from '../statistics/seeded-random';
import { checkRounds } from './interference-check';
import { placedRounds, type PlacedRound } from './placed-rounds';
import { cellsOf, trialsOf, type PlannedRound } from './planned-round';
import type { Schedule, WorkerSite } from './trial';

/** More samples than that are a slip of the pen: one a second, they would take longer than a day. */
export const mostSamples = 100_000;

/**
 * The whole run, trial by trial. Pure: the same scenario, workers (in any order) and seed always give the same. The seed
 * decides the order alone, not who is measured with whom.
 *
 * In each block every cell is measured once. The rounds of a block are in random order, but for the conditions of the same
 * pairs, which follow each other in random order: what is compared is measured within seconds, and drift of the machines meets
 * all conditions alike. The trials of a round have the same use, path, placement and condition, and each time the same company.
 *
 * @throws PodlagError `cannot-place` when there is no pair at all; `invalid-scenario` above 100,000 samples
 */
export function schedule(scenario: BenchScenario, workers: readonly WorkerSite[], seed: number): Schedule {
  const { placed, leftOut } = placedRounds(scenario, workers);
  assertFew(scenario, placed);
  const random = seededRandom(seed);
  const middle = Math.ceil(scenario.repeats / 2);
  const rounds = [
    ...checkRounds(scenario, placed, { half: 0, block: 0 }, random),
    ...blocks(scenario, placed, [0, middle], random),
    ...checkRounds(scenario, placed, { half: 1, block: Math.min(middle, scenario.repeats - 1) }, random),
    ...blocks(scenario, placed, [middle, scenario.repeats], random),
  ];
  return { seed, rounds: rounds.map(trialsOf), leftOut };
}

function assertFew(scenario: BenchScenario, placed: readonly PlacedRound[]): void {
  const pairs = placed.reduce((sum, round) => sum + round.pairs.length, 0);
  const cells = pairs * scenario.benchmarks.length * scenario.conditions.length;
  if (cells * scenario.repeats <= mostSamples) return;
  const detail = `repeats: ${scenario.repeats} of ${cells} cells are more than ${mostSamples} samples`;
  throw benchErrors.error('invalid-scenario', detail, {
    field: 'repeats',
    hint: 'Ask for fewer repeats, pairs, conditions or benchmarks; `enough` ends early where a figure stands.',
  });
}

function blocks(
  scenario: BenchScenario,
  placed: readonly PlacedRound[],
  [from, to]: readonly [number, number],
  random: Random,
): readonly PlannedRound[] {
  const units = scenario.benchmarks.flatMap(({ name }) => placed.map((round) => ({ use: name, round })));
  return Array.from({ length: to - from }, (_, index) => from + index).flatMap((block) =>
    shuffled(units, random).flatMap(({ use, round }) =>
      shuffled(scenario.conditions, random).map(({ name }): PlannedRound => ({
        purpose: 'sample',
        block,
        time: block,
        cells: cellsOf(round, use, name),
      })),
    ),
  );
}
