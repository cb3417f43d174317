import { Duration, type Clock } from '@podlag/core';
import { randomInt } from 'node:crypto';
import { benchErrors } from '../bench-errors';
import type { BenchmarkPort } from '../benchmark/benchmark';
import { benchmarks } from '../benchmark/benchmarks';
import type { BenchScenario } from '../scenario/bench-scenario';
import { mostSeed } from '../scenario/scenario-document';
import { longestTrialMs } from '../orchestrator/trial-work';
import { chooseNodes } from './choose-nodes';
import { clusterNodes } from './cluster-node';
import type { Launch } from './launch-options';
import { wantsAgents, type LaunchPlan } from './make-run';
import { plannedRounds } from './planned-rounds';
import { plannedWorkers, type PlannedWorker } from './planned-worker';
import { newRunName } from './run-name';

/** The namespace of runs, unless it is said otherwise. */
export const defaultNamespace = 'podlag-bench';

const defaults = {
  startWithin: Duration.parse('5m'),
  linger: Duration.parse('10m'),
  ttl: Duration.parse('1m'),
};
/** For what is neither starting, measuring nor waiting to be fetched. */
const margin = Duration.parse('2m');

/**
 * The workers of a scenario on the nodes that there are. That they can be given their trials is seen here, before anything is
 * made for them.
 *
 * @throws PodlagError `cannot-place`; `invalid-scenario` for more samples than there may be
 */
export async function planWorkers({
  api,
  scenario,
  options,
}: Pick<Launch, 'api' | 'scenario' | 'options'>): Promise<readonly PlannedWorker[]> {
  const { nodes: selector, mostNodes: most } = options;
  const all = await api.list(clusterNodes, selector === undefined ? {} : { labelSelector: selector });
  const workers = plannedWorkers(chooseNodes(all, scenario, { selector, most }), scenario);
  if (workers.length >= 2) {
    plannedRounds(scenario, workers, scenario.seed ?? 1);
    return workers;
  }
  throw benchErrors.error(
    'cannot-place',
    `paths ${scenario.paths.join(', ')} with placements ${scenario.placements.join(', ')} make ${workers.length} worker`,
    { hint: 'On the host network a node has one worker: host-network is measured between two nodes.' },
  );
}

/** A new run, with its name and how long it may take. */
export async function planRun(
  { api, scenario, options }: Pick<Launch, 'api' | 'scenario' | 'options'>,
  workers: readonly PlannedWorker[],
  clock: Clock,
): Promise<LaunchPlan> {
  const { image, authorize, namespace = defaultNamespace } = options;
  const { startWithin = defaults.startWithin, linger = defaults.linger, ttl = defaults.ttl } = options;
  // First the orchestrator's pod may take so long, then those of the workers.
  const starts = [startWithin, startWithin];
  const deadline = sumOf([scenario.budget, lastRound(scenario), ...starts, linger, margin]);
  const seed = scenario.seed ?? randomInt(mostSeed + 1);
  const run = newRunName(scenario.name, new Date(clock.now()));
  // Good for the whole run: the orchestrator has no key to sign another with.
  const lifeSeconds = Math.ceil(deadline.milliseconds / 1000);
  const agentToken = wantsAgents(scenario) ? await authorize?.(namespace, lifeSeconds) : undefined;
  const { major, minor } = await api.serverVersion();
  const kubernetes = `v${major}.${minor}`;
  return {
    context: { run, namespace, image, seed, deadline, startWithin, linger, ttl, kubernetes },
    ...{ scenario, workers, agentToken },
    ports: portsOf(scenario),
    agentPort: options.agentPort,
  };
}

/** The budget says when the last round may begin, not when it ends. */
function lastRound(scenario: BenchScenario): Duration {
  const { coolDown } = scenario;
  return sumOf([Duration.ofNanoseconds(Math.ceil(longestTrialMs(scenario)) * 1_000_000), coolDown]);
}

/** Of the benchmarks that the scenario uses, each once. */
function portsOf({ benchmarks: uses }: BenchScenario): readonly BenchmarkPort[] {
  const used = benchmarks.filter(({ name }) => uses.some(({ benchmark }) => benchmark === name));
  const ports = used.flatMap((benchmark) => benchmark.ports);
  return [...new Map(ports.map((one) => [`${one.protocol}/${one.port}`, one])).values()];
}

function sumOf(durations: readonly Duration[]): Duration {
  return Duration.ofNanoseconds(durations.reduce((sum, { nanoseconds }) => sum + nanoseconds, 0));
}
