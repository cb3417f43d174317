import { servableRounds } from '../orchestrator/servable-rounds';
import type { BenchScenario } from '../scenario/bench-scenario';
import { schedule } from '../schedule/schedule';
import type { Schedule } from '../schedule/trial';
import type { PlannedWorker } from './planned-worker';

/** The rounds that a run with these workers will have, each of which gets a Service. Pure. @throws PodlagError as `schedule` */
export function plannedRounds(
  scenario: BenchScenario,
  workers: readonly PlannedWorker[],
  seed: number,
): Schedule {
  const served = workers.map((worker) => ({ ...worker, service: worker.name }));
  return servableRounds(schedule(scenario, workers, seed), {
    workers: served,
    conditions: scenario.conditions,
  });
}
