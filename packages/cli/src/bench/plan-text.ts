import {
  askedRoundTrip,
  estimate,
  leastForMany,
  plannedRounds,
  type BenchScenario,
  type PlannedWorker,
  type Schedule,
  type Trial,
} from '@podlag/bench';
import { textTable } from '@podlag/core';
import { spanOf } from './launch-words';

/** What a run would measure, between whom and how long, for people. Pure. @throws PodlagError `cannot-place`, `invalid-scenario` */
export function planText(scenario: BenchScenario, workers: readonly PlannedWorker[], seed: number): string {
  const plan = plannedRounds(scenario, workers, seed);
  const parts = [
    `${titleOf(scenario, plan)}\n${timeOf(scenario, plan)}\n${tellingOf(scenario, plan)}`,
    workersText(workers),
    usesText(scenario),
    conditionsText(scenario),
    pairsText(samplesOf(plan)),
    plan.leftOut.map((left) => `Left out: ${left}\n`).join(''),
  ];
  return parts.filter((text) => text !== '').join('\n');
}

function samplesOf({ rounds }: Pick<Schedule, 'rounds'>): readonly Trial[] {
  return rounds.flat().filter(({ purpose }) => purpose === 'sample');
}

function titleOf({ name, repeats, enough }: BenchScenario, plan: Schedule): string {
  const samples = samplesOf(plan).length;
  const cells = samples / repeats;
  const checks = plan.rounds.flat().length - samples;
  const each =
    enough === undefined ? `${repeats} each` : `${enough.atLeast} to ${repeats} each, until they are enough`;
  const besides =
    checks === 0 ? '' : `; ${checks} more show whether pairs that are measured at once change each other`;
  return `${name}: ${samples} samples of ${cells} ${cells === 1 ? 'cell' : 'cells'}, ${each}, in ${plan.rounds.length} rounds${besides}`;
}

/** Said only where it matters: whoever compares such a run would learn it from the verdict otherwise. */
function tellingOf({ repeats, enough }: BenchScenario, plan: Schedule): string {
  const cells = samplesOf(plan).length / repeats;
  const [least, fewest] = [leastForMany(cells), Math.min(repeats, enough?.atLeast ?? repeats)];
  if (fewest >= least) return '';
  return `To detect a single worse row among ${cells} in a later comparison takes ${least} samples per cell; this plan has ${fewest}.\n`;
}

function timeOf(scenario: BenchScenario, plan: Schedule): string {
  const seconds = estimate(plan, scenario);
  const budget = scenario.budget.milliseconds / 1000;
  const takes = `It takes about ${spanOf(seconds)}, and pods may take a while to start`;
  if (seconds <= budget) return `${takes}; no round begins after ${scenario.budget.toString()} (budget).`;
  const share = Math.floor((100 * budget) / seconds);
  return `${takes}; but no round begins after ${scenario.budget.toString()} (budget): about ${share} % of it will be measured.`;
}

function workersText(workers: readonly PlannedWorker[]): string {
  return textTable(
    [
      { heading: 'WORKER', text: ({ name }) => name },
      { heading: 'NODE', text: ({ node }) => node },
      { heading: 'ZONE', text: ({ zone }) => zone ?? '-' },
      { heading: 'NETWORK', text: ({ network }) => network },
    ],
    workers,
  );
}

function usesText({ benchmarks }: BenchScenario): string {
  return textTable(
    [
      { heading: 'USE', text: ({ name }) => name },
      { heading: 'BENCHMARK', text: ({ benchmark }) => benchmark },
      { heading: 'WARM-UP', text: ({ warmUp }) => warmUp.toString(), align: 'right' },
      { heading: 'DURATION', text: ({ duration }) => duration.toString(), align: 'right' },
      { heading: 'STREAMS', text: ({ streams }) => String(streams), align: 'right' },
    ],
    benchmarks,
  );
}

function conditionsText({ conditions }: BenchScenario): string {
  return textTable(
    [
      { heading: 'CONDITION', text: ({ name }) => name },
      { heading: 'FAULTS', text: ({ faults }) => faults.map(({ name }) => name).join(', ') || '-' },
      { heading: 'AT', text: ({ faults, side }) => (faults.length === 0 ? '-' : side) },
      {
        heading: 'ADDS TO A ROUND TRIP',
        text: (condition) => askedRoundTrip(condition)?.toString() ?? 'no fixed time',
      },
    ],
    conditions,
  );
}

/** Each pair once, with how often it is measured under all uses and conditions together. */
function pairsText(samples: readonly Trial[]): string {
  const byPair = Map.groupBy(samples, ({ path, placement, client, server }) =>
    JSON.stringify([path, placement, client, server]),
  );
  const rows = [...byPair.values()].flatMap(([first, ...others]) =>
    first === undefined ? [] : [{ ...first, samples: 1 + others.length }],
  );
  return textTable(
    [
      { heading: 'PATH', text: ({ path }) => path },
      { heading: 'PLACEMENT', text: ({ placement }) => placement },
      { heading: 'CLIENT', text: ({ client }) => client },
      { heading: 'SERVER', text: ({ server }) => server },
      { heading: 'SAMPLES', text: (row) => String(row.samples), align: 'right' },
    ],
    rows.toSorted((one, other) => compare(one, other)),
  );
}

function compare(one: Trial, other: Trial): number {
  const keys = ['path', 'placement', 'client', 'server'] as const;
  return (
    keys
      .map((key) => one[key].localeCompare(other[key], 'en', { numeric: true }))
      .find((order) => order !== 0) ?? 0
  );
}
