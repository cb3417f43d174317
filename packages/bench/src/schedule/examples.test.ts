import { parseYaml } from '@podlag/core';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { leastForMany } from '../compare/judge-row';
import { parseScenario } from '../scenario/scenario-document';
import { estimate } from './estimate';
import { schedule } from './schedule';
import type { WorkerSite } from './trial';

const folder = join(__dirname, '../../../../deploy/examples/bench');
const examples = readdirSync(folder);

const workers = ['n1', 'n2', 'n3'].map((node): WorkerSite => ({
  name: `on-${node}`,
  node,
  zone: undefined,
  network: 'pod',
}));

test.each(examples)('the example %s is a scenario that ends within its budget on three nodes', (file) => {
  const scenario = parseScenario(parseYaml(file, readFileSync(join(folder, file), 'utf8')));
  const planned = schedule(scenario, workers, 1);
  expect(planned.leftOut).toEqual([]);
  expect(estimate(planned, scenario)).toBeLessThan(scenario.budget.milliseconds / 1000);
});

test('of the great example one row that is worse is told in another run, also where enough ends it', () => {
  const file = 'cross-node.yaml';
  const scenario = parseScenario(parseYaml(file, readFileSync(join(folder, file), 'utf8')));
  const samples = schedule(scenario, workers, 1)
    .rounds.flat()
    .filter(({ purpose }) => purpose === 'sample');
  const least = leastForMany(samples.length / scenario.repeats);
  expect(scenario.repeats).toBeGreaterThanOrEqual(least);
  expect(scenario.enough?.atLeast).toBeGreaterThanOrEqual(least);
});

test('there are examples', () => {
  expect(examples).toContain('cross-node.yaml');
});
