import type { Outcome } from '../desired/outcome';
import { AskedNames } from './asked-names';

const key = 'scenario/shop/storm';
const asking = (...names: readonly string[]): ReadonlyMap<string, Outcome> => {
  const plannedNames = new Map(names.length === 0 ? [] : [['shop/a', names]]);
  return new Map([[key, { pods: [], problems: [], plannedNames }]]);
};
const leftovers = new Map([
  ['shop/b', ['storm.late.scenario', 'other.networkfault']],
  ['shop/a', ['storm.slow.scenario']],
  ['mall/a', ['storm.slow.scenario']],
]);

function knowing(...turns: readonly ReadonlyMap<string, Outcome>[]): AskedNames {
  const names = new AskedNames();
  for (const outcomes of turns) names.learn(outcomes);
  return names;
}

test('what an object has asked for is its own when it asks for nothing any more, in its namespace', () => {
  const names = knowing(asking('storm.slow.scenario'), asking('storm.late.scenario'), asking());
  expect([...names.leftOf(key, leftovers)]).toEqual([
    ['shop/a', ['storm.slow.scenario']],
    ['shop/b', ['storm.late.scenario']],
  ]);
});

test.each([
  ['it was deleted, and is made anew', knowing(asking('storm.slow.scenario'), new Map(), asking())],
  ['it has never asked for it', knowing(asking('storm.other.scenario'))],
])('nothing is left of an object: %s', (_, names) => {
  expect(names.leftOf(key, leftovers).size).toBe(0);
});
