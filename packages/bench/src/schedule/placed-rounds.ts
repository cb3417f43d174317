import { benchErrors } from '../bench-errors';
import type { BenchScenario, Path, Placement } from '../scenario/bench-scenario';
import type { PairRound } from './edge-colouring';
import type { WorkerSite } from './trial';
import { workerPairs } from './worker-pairs';

/** The pairs of one path and placement that are measured at once, each as client and server. */
export interface PlacedRound {
  readonly path: Path;
  readonly placement: Placement;
  readonly pairs: PairRound<WorkerSite>;
}

/** Who is measured with whom, and what cannot be, in words. */
export interface PlacedRounds {
  readonly placed: readonly PlacedRound[];
  readonly leftOut: readonly string[];
}

/**
 * The rounds of each path and placement of the scenario among these workers.
 *
 * @throws PodlagError `cannot-place` when there is no pair at all
 */
export function placedRounds(scenario: BenchScenario, workers: readonly WorkerSite[]): PlacedRounds {
  const places = scenario.paths.flatMap((path) =>
    scenario.placements.map((placement) => ({ path, placement })),
  );
  const all = places.map((place) => placedAt(place, scenario, workers));
  const placed = all.flatMap((found) => found.placed);
  const leftOut = all.flatMap((found) => found.leftOut);
  if (placed.length === 0) throw benchErrors.error('cannot-place', leftOut.join('; '));
  return { placed, leftOut };
}

interface Place {
  readonly path: Path;
  readonly placement: Placement;
}

function placedAt(place: Place, scenario: BenchScenario, workers: readonly WorkerSite[]): PlacedRounds {
  const found = workerPairs(place.path, place.placement, workers, scenario.pairs);
  const where = `${place.path} on ${placeWords[place.placement]}`;
  if (found.kind === 'none') return { placed: [], leftOut: [`${where}: ${found.why}`] };
  const chosen = found.rounds.flat().length;
  const rounds = scenario.bothWays
    ? found.rounds.flatMap((round) => [round, exchanged(round)])
    : found.rounds;
  const atOnce = scenario.parallel ? rounds : rounds.flat().map((pair) => [pair]);
  return {
    placed: atOnce.map((pairs) => ({ ...place, pairs })),
    leftOut:
      chosen < found.all
        ? [`${where}: ${found.all - chosen} of ${found.all} pairs, since \`pairs\` is ${scenario.pairs}`]
        : [],
  };
}

const placeWords: Readonly<Record<Placement, string>> = {
  'same-node': 'the same node',
  'other-node': 'another node',
  'other-zone': 'another zone',
};

function exchanged(round: PairRound<WorkerSite>): PairRound<WorkerSite> {
  return round.map(([client, server]) => [server, client]);
}
