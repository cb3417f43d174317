import type { Condition } from '../scenario/bench-scenario';
import type { Schedule, Trial } from '../schedule/trial';
import type { ExpectedWorker } from './expected-worker';

/** What a schedule cannot know of its workers. */
export interface ServableParts {
  readonly workers: readonly ExpectedWorker[];
  readonly conditions: readonly Condition[];
}

/** The schedule without the trials for which a worker lacks its Service or is on the host's network with a fault to set. Pure. */
export function servableRounds(plan: Schedule, { workers, conditions }: ServableParts): Schedule {
  const byName = new Map(workers.map((worker) => [worker.name, worker]));
  const sides = new Map(
    conditions.map(({ name, side, faults }) => [name, faults.length === 0 ? 'none' : side]),
  );
  const reasons = new Map<string, number>();
  const rounds = plan.rounds.map((round) =>
    round.filter((trial) => {
      const why = missingService(trial, byName) ?? unshapedHost(trial, byName, sides);
      if (why !== undefined) reasons.set(why, (reasons.get(why) ?? 0) + 1);
      return why === undefined;
    }),
  );
  const left = [...reasons].map(([why, count]) => `${why}: ${count} ${count === 1 ? 'trial' : 'trials'}`);
  return {
    seed: plan.seed,
    rounds: rounds.filter((round) => round.length > 0),
    leftOut: [...plan.leftOut, ...left],
  };
}

type ByName = ReadonlyMap<string, ExpectedWorker>;

function missingService({ path, server }: Trial, workers: ByName): string | undefined {
  if (path !== 'service' || workers.get(server)?.service !== undefined) return undefined;
  return `service: no Service leads to worker ${server}`;
}

/** A fault there would meet the node and all of its pods. */
function unshapedHost(
  { condition, client, server }: Trial,
  workers: ByName,
  sides: ReadonlyMap<string, string>,
): string | undefined {
  const side = sides.get(condition);
  const ends = [...(side === 'server' ? [] : [client]), ...(side === 'client' ? [] : [server])];
  const host = side === 'none' ? undefined : ends.find((name) => workers.get(name)?.network === 'host');
  return host === undefined
    ? undefined
    : `condition ${condition}: worker ${host} is on its node's network, where no fault is set`;
}
