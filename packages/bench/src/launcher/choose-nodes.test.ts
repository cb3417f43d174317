import type { Placement } from '../scenario/bench-scenario';
import { chooseNodes, type NodeChoice } from './choose-nodes';
import type { ClusterNode } from './cluster-node';

const ready = { conditions: [{ type: 'Ready', status: 'True' }] };
const node = (name: string, more: Partial<ClusterNode> = {}, zone?: string): ClusterNode => ({
  metadata: { name, labels: zone === undefined ? {} : { 'topology.kubernetes.io/zone': zone } },
  status: ready,
  ...more,
});
const cordoned = node('cordoned', { spec: { unschedulable: true } });
const control = node('control', {
  spec: { taints: [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }] },
});
const notReady = node('not-ready', { status: { conditions: [{ type: 'Ready', status: 'Unknown' }] } });
const preferred = node('preferred', { spec: { taints: [{ key: 'spot', effect: 'PreferNoSchedule' }] } });

const all: NodeChoice = { selector: undefined, most: undefined };
const chosen = (
  nodes: readonly ClusterNode[],
  placements: readonly Placement[],
  choice = all,
): readonly string[] => chooseNodes(nodes, { placements }, choice).map(({ metadata }) => metadata.name);

test('every node that is Ready and takes pods gets workers, in the order of their numbers', () => {
  const nodes = [node('n10'), cordoned, control, notReady, preferred, node('n9')];
  expect(chosen(nodes, ['other-node'])).toEqual(['n9', 'n10', 'preferred']);
});

test('of a few, the first two are of two zones where there are two', () => {
  const nodes = [node('a', {}, 'z1'), node('b', {}, 'z1'), node('c', {}, 'z2')];
  expect(chosen(nodes, ['other-zone'], { selector: undefined, most: 2 })).toEqual(['a', 'c']);
});

const [a1, a2, a3, b1, b2, c1] = ['a1', 'a2', 'a3', 'b1', 'b2', 'c1'].map((name) =>
  node(name, {}, name.slice(0, 1)),
) as [ClusterNode, ClusterNode, ClusterNode, ClusterNode, ClusterNode, ClusterNode];

test.each<[string, readonly ClusterNode[], readonly Placement[], readonly string[]]>([
  [
    'between nodes, which are of one zone, a zone is filled first',
    [a1, a2, b1, b2],
    ['other-node'],
    ['a1', 'a2'],
  ],
  ['and one that has two', [a1, b1, b2], ['other-node'], ['b1', 'b2']],
  ['between zones one of each is taken', [a1, a2, b1, b2], ['other-zone'], ['a1', 'b1']],
  ['for both two of a zone', [a1, b1, b2, c1], ['other-node', 'other-zone'], ['b1', 'b2']],
  ['on one node any will do', [a1, b1, b2], ['same-node'], ['a1', 'b1']],
])('of two nodes: %s', (_, nodes, placements, names) => {
  expect(chosen(nodes, placements, { selector: undefined, most: 2 })).toEqual(names);
});

test('of three for both placements two are of one zone and the third is of another', () => {
  const few = { selector: undefined, most: 3 };
  expect(chosen([a1, a2, a3, b1, b2], ['other-node', 'other-zone'], few)).toEqual(['a1', 'a2', 'b1']);
});

test('one node is enough for two pods on it', () => {
  expect(chosen([node('a')], ['same-node'])).toEqual(['a']);
});

test('for pods on two nodes it is not, and the error says what each other lacks', () => {
  expect(() => chosen([node('a'), cordoned, control, notReady], ['other-node'])).toThrow(
    expect.objectContaining({
      code: 'cannot-place',
      detail: expect.stringMatching(
        /need 2 nodes, and 1 of the cluster's 4 .*cordoned is cordoned, control has the taint .*:NoSchedule, not-ready is not Ready/,
      ),
    }),
  );
});

test('labels that no node has are named', () => {
  expect(() => chosen([], ['same-node'], { selector: 'pool=bench', most: undefined })).toThrow(
    /with labels pool=bench/,
  );
});
