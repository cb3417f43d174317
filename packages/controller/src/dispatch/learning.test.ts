import { desired } from '../desired/desired';
import { objectsOf } from '../desired/testing/plan-text';
import { faultOf, podOf, worldOf } from '../desired/testing/small-world';
import type { HostnameProblem } from '../desired/world';
import { unlearntNamespaces } from './learning';

const unlearnt = (to: readonly string[], problem?: HostnameProblem) =>
  unlearntNamespaces(
    desired(
      objectsOf({ networkFaults: [faultOf('slow', { to })] }),
      worldOf([podOf('a-0', '10.0.0.1')], { hostnameProblem: () => problem }),
      0,
    ).outcomes,
  );

test.each<[string, HostnameProblem | undefined, readonly string[]]>([
  ['nobody has answered yet', undefined, ['shop']],
  ['the name server is away', { detail: 'queryA ETIMEOUT db', isAnswered: false }, ['shop']],
  ['there is no such name', { detail: 'queryA ENOTFOUND db', isAnswered: true }, []],
])('of a hostname is to be learnt, where %s: %j, in %j', (_, problem, namespaces) => {
  expect([...unlearnt(['host=db'], problem)]).toEqual(namespaces);
  expect([...unlearnt(['everybody'], problem)]).toEqual([]);
});

test('a start is nothing to be learnt, beside what is', () => {
  const outcome = { pods: [], plannedNames: new Map(), problems: [], waitingFor: 'baseline' };
  expect([
    ...unlearntNamespaces(new Map([['scenario/shop/storm', { ...outcome, waitingFor: 'start' }]])),
  ]).toEqual([]);
  expect([
    ...unlearntNamespaces(new Map([['scenario/shop/storm', { ...outcome, isLearning: true as const }]])),
  ]).toEqual(['shop']);
});
