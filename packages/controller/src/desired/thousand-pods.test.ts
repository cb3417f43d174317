import type { PlannedFault } from '@podlag/core';
import { desired } from './desired';
import { DesiredMemory } from './memory';
import { objectsOf } from './testing/plan-text';
import { faultOf, matrixOf, ms, podOf, worldOf } from './testing/small-world';

const names = Array.from({ length: 12 }, (_, index) => `r${index}`);
const regions = names.map((name) => ({
  name,
  members: { kind: 'pods' as const, selector: { matchLabels: { region: name } } },
}));
const links = names.flatMap((from) =>
  names.map((to) => ({ from, to, delay: { oneWay: ms(20 + names.indexOf(from)) } })),
);
const pods = Array.from({ length: 1000 }, (_, index) =>
  podOf(`a-${index}`, `10.${index % 12}.${index >>> 8}.${index & 255}`, {
    labels: `app=a region=r${index % 12}`,
  }),
);
const objects = objectsOf({
  latencyMatrices: [matrixOf('world', links, { regions })],
  networkFaults: [faultOf('mesh', { to: ['pods=*'], direction: 'both' })],
});
const allFaults = (plans: ReadonlyMap<string, readonly PlannedFault[]>): ReadonlySet<PlannedFault> =>
  new Set([...plans.values()].flat());

test('a thousand pods in twelve regions are planned within a second', () => {
  const begin = performance.now();
  const { plans } = desired(objects, worldOf(pods), 0);
  expect(performance.now() - begin).toBeLessThan(1000);
  expect([...plans.values()].flat().length).toBe(1000 * 13);
});

test('agents share what is the same for them: 132 rows to other regions, and one list of targets for each region and the mesh', () => {
  const faults = [...allFaults(desired(objects, worldOf(pods), 0).plans)];
  expect(faults.filter(({ fault }) => fault.except === undefined).length).toBe(132);
  expect(new Set(faults.map(({ fault }) => fault.to)).size).toBe(13);
});

test('with the memory of the last time what did not change is the same object', () => {
  const memory = new DesiredMemory();
  const before = desired(objects, worldOf(pods), 0, memory).plans;
  const same = desired(objects, worldOf(pods.toReversed()), 60_000, memory).plans;
  expect([...before].filter(([key, plan]) => same.get(key) !== plan)).toEqual([]);

  const moved = { ...pods[0]!, addresses: ['10.0.200.1'] };
  const matrixOnly = { ...objects, networkFaults: [] };
  const rows = allFaults(desired(matrixOnly, worldOf(pods), 0, memory).plans);
  const after = allFaults(desired(matrixOnly, worldOf(pods.with(0, moved)), 0, memory).plans);
  // The rows of eleven regions toward its own, and of its own region's pods among each other.
  expect([...after].filter((fault) => !rows.has(fault))).toHaveLength(11 + 84);
});

test('what is not asked for any more is forgotten', () => {
  const memory = new DesiredMemory();
  const before = desired(objects, worldOf(pods), 0, memory).plans;
  desired(objectsOf({}), worldOf([]), 0, memory);
  desired(objectsOf({}), worldOf([]), 0, memory);
  const again = desired(objects, worldOf(pods), 0, memory).plans;
  expect(again.get('shop/a-0')).not.toBe(before.get('shop/a-0'));
  expect(again.get('shop/a-0')).toEqual(before.get('shop/a-0'));
});
