import { defaultMostTargets, mostPlannedFaults } from '@podlag/core';
import { tally } from '../status/tally';
import { desired } from './desired';
import { objectsOf } from './testing/plan-text';
import { faultOf, podOf, worldOf } from './testing/small-world';

const nameOf = (index: number) => `f-${String(index).padStart(3, '0')}`;
const faults = (count: number) => Array.from({ length: count }, (_, index) => faultOf(nameOf(index)));
const result = (count: number) =>
  desired(objectsOf({ networkFaults: faults(count) }), worldOf([podOf('a-0', '10.0.0.1')]), 0);

test('an agent gets as many faults as it takes', () => {
  const { plans, outcomes } = result(mostPlannedFaults);
  expect(plans.get('shop/a-0')).toHaveLength(256);
  expect([...outcomes.values()].flatMap(({ problems }) => problems)).toEqual([]);
});

test('beyond that the first by name are in its plan, and each object with one too many says so', () => {
  const { plans, outcomes } = result(mostPlannedFaults + 2);
  expect(plans.get('shop/a-0')?.map(({ fault }) => fault.name)).toEqual(
    Array.from({ length: 256 }, (_, index) => `${nameOf(index)}.networkfault`),
  );
  const told = [...outcomes].filter(([, { problems }]) => problems.length > 0);
  expect(told.map(([key]) => key)).toEqual(['networkfault/shop/f-256', 'networkfault/shop/f-257']);
  const [, outcome] = told[0]!;
  expect(outcome.plannedNames.size).toBe(0);
  expect(outcome.problems).toEqual([
    expect.objectContaining({
      code: 'too-many-faults',
      pod: 'shop/a-0',
      detail: expect.stringContaining('258'),
    }),
  ]);
  expect(tally(outcome, () => ({ kind: 'in-force' })).counts).toMatchObject({ selected: 1, failed: 1 });
});

/** Odd addresses: no two of them are one block. */
const addresses = (count: number) =>
  Array.from({ length: count }, (_, n) => `192.${n >> 15}.${(n >> 7) & 255}.${(2 * n + 1) & 255}`);

function toward(counts: readonly number[], mostTargets?: number) {
  const a0 = podOf('a-0', '10.0.0.1');
  const agent = { ...a0.agent!, ...(mostTargets !== undefined && { mostTargets }) };
  const world = worldOf([{ ...a0, agent }], { addressesOf: (name) => addresses(parseInt(name, 10)) });
  const networkFaults = counts.map((count, index) =>
    faultOf(nameOf(index), { to: [`host=${count}.example`] }),
  );
  const { plans, outcomes } = desired(objectsOf({ networkFaults }), world, 0);
  return {
    planned: plans.get('shop/a-0')?.map(({ fault }) => fault.name.replace('.networkfault', '')) ?? [],
    problems: [...outcomes.values()].flatMap(({ problems }) => problems),
  };
}

test('of faults with more targets than an agent takes those are in its plan for which there is room', () => {
  expect(toward([12_000, 8_000])).toEqual({ planned: ['f-000', 'f-001'], problems: [] });
  const { planned, problems } = toward([12_000, 9_000, 8_000, 1]);
  expect(planned).toEqual(['f-000', 'f-002']);
  const detail = expect.stringContaining(
    `would have 29001 targets, and its agent takes ${defaultMostTargets}`,
  );
  const problem = { code: 'too-many-targets', pod: 'shop/a-0', detail, hint: expect.any(String) };
  expect(problems).toEqual([problem, problem]);
});

test.each([
  [29_000, ['f-000', 'f-001', 'f-002']],
  [500, []],
])('an agent that takes %d targets gets %j', (mostTargets, planned) => {
  expect(toward([12_000, 9_000, 8_000], mostTargets).planned).toEqual(planned);
});

test('a fault toward everybody takes no room', () => {
  const networkFaults = [faultOf('a', { to: ['host=20000.example'] }), faultOf('b')];
  const world = worldOf([podOf('a-0', '10.0.0.1')], { addressesOf: () => addresses(20_000) });
  expect(desired(objectsOf({ networkFaults }), world, 0).plans.get('shop/a-0')).toHaveLength(2);
});
