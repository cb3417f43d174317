import { longestWorkerName, newRunName, runObjectName, workerObjectName } from './run-name';

const now = new Date('2026-11-20T15:30:12.345Z');
const label = /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/;

test('a run is called by its scenario, when it began, and what tells two of the same second apart', () => {
  expect(newRunName('cross-node', now, 'a1b2')).toBe('cross-node-20261120-153012-a1b2');
});

test('two runs of the same moment have names of their own', () => {
  expect(new Set(Array.from({ length: 20 }, () => newRunName('x', now))).size).toBeGreaterThan(15);
});

test.each([
  ['a short name', 'x'],
  ['the longest that a scenario may have', 'x'.repeat(63)],
  ['one that would be cut at a hyphen', `${'x'.repeat(35)}-${'y'.repeat(20)}`],
])('of %s every object has a name that is a DNS label', (_, scenario) => {
  const run = newRunName(scenario, now, 'a1b2');
  expect(runObjectName(run)).toMatch(label);
  expect(workerObjectName(run, '1'.repeat(longestWorkerName))).toMatch(label);
  expect(run).not.toContain('--');
});
