import type { BenchScenario } from '../scenario/bench-scenario';
import type { Schedule, Trial } from './trial';

/** What a trial takes besides its warm-up and its measuring: a server that comes up, a client that connects, faults that are set. */
const overheadSeconds = 1;

/** How long these rounds take if all goes well, seconds; a run ends earlier where `enough` or `budget` end it. */
export function estimate({ rounds }: Pick<Schedule, 'rounds'>, scenario: BenchScenario): number {
  return rounds.reduce((sum, round) => sum + secondsOf(round, scenario), 0);
}

function secondsOf(round: readonly Trial[], scenario: BenchScenario): number {
  const use = scenario.benchmarks.find(({ name }) => name === round[0]?.use);
  if (use === undefined) return 0;
  const milliseconds = use.duration.milliseconds + use.warmUp.milliseconds + scenario.coolDown.milliseconds;
  return milliseconds / 1000 + overheadSeconds;
}
