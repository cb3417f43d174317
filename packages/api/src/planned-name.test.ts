import { plannedName } from './planned-name';

test.each([
  ['a fault', plannedName('networkfault', ['slow']), 'slow.networkfault'],
  ['the side of its peers', plannedName('networkfault', ['slow'], 'peer'), 'slow.networkfault.ingress'],
  ['a name with dots', plannedName('networkfault', ['slow.pd']), 'slow.pd.networkfault'],
  ['a row of a matrix', plannedName('latencymatrix', ['world', 'eu']), 'world.eu.latencymatrix'],
  ['a step', plannedName('scenario', ['storm', 'step-1']), 'storm.step-1.scenario'],
])('%s', (_, name, expected) => {
  expect(name).toBe(expected);
});

test.each([
  ['a name as long as Kubernetes allows', ['n'.repeat(253)]],
  ['a label longer than those of an agent', ['n'.repeat(64), 'eu']],
  ['a region of other letters', ['world', 'EU West']],
  ['a region of no letters that a name takes', ['-', '_']],
])('%s is shortened to one that an agent takes', (_, parts) => {
  const name = plannedName('latencymatrix', parts, 'received');
  expect(name).toMatch(
    /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?(\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)*$/,
  );
  expect(name).toMatch(/\.latencymatrix\.received$/);
});

test('two that are shortened to the same words keep apart', () => {
  expect(plannedName('latencymatrix', ['w', 'EU-1'])).not.toBe(plannedName('latencymatrix', ['w', 'EU_1']));
});
