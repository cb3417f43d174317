import type { Path, Placement } from '../scenario/bench-scenario';
import type { ClusterNode } from './cluster-node';
import { plannedWorkers } from './planned-worker';
import { longestWorkerName } from './run-name';

const node = (name: string): ClusterNode => ({ metadata: { name } });
const names = (
  nodes: readonly string[],
  paths: readonly Path[],
  placements: readonly Placement[] = ['other-node'],
): readonly string[] => plannedWorkers(nodes.map(node), { paths, placements }).map(({ name }) => name);

test.each<[string, readonly Path[], readonly Placement[], readonly string[]]>([
  ['one on the pod network of each node', ['pod', 'service'], ['other-node'], ['a', 'b']],
  ['two of each node for same-node', ['pod'], ['same-node', 'other-node'], ['a', 'a-b', 'b', 'b-b']],
  [
    'one on the host network besides',
    ['pod', 'host-network'],
    ['other-node'],
    ['a', 'a-host', 'b', 'b-host'],
  ],
  [
    'none on the pod network where nothing goes that way',
    ['host-network'],
    ['same-node'],
    ['a-host', 'b-host'],
  ],
])('%s', (_, paths, placements, expected) => {
  expect(names(['a', 'b'], paths, placements)).toEqual(expected);
});

test('a worker is called by what its node is called before the domain', () => {
  expect(names(['ip-10-0-1-2.internal', 'ip-10-0-1-3.internal'], ['pod'])).toEqual([
    'ip-10-0-1-2',
    'ip-10-0-1-3',
  ]);
});

test.each([
  ['two nodes that begin alike', ['n.one', 'n.two', 'm']],
  ['a node that is called as another’s second worker would be', ['n', 'n-b']],
  ['long names', ['x'.repeat(63), `${'x'.repeat(62)}y`]],
])('of %s, every worker has a name of its own, which is not too long', (_, nodes) => {
  const made = names(nodes, ['pod', 'host-network'], ['same-node', 'other-node']);
  expect(new Set(made).size).toBe(nodes.length * 3);
  for (const name of made)
    expect(name).toMatch(new RegExp(`^[a-z0-9][-a-z0-9]{0,${longestWorkerName - 1}}$`));
});

test('what a worker cannot see from inside comes from its node', () => {
  const labels = { 'topology.kubernetes.io/zone': 'z1', 'node.kubernetes.io/instance-type': 'm7.large' };
  const nodeInfo = {
    kubeletVersion: 'v1.36.3',
    containerRuntimeVersion: 'containerd://2',
    osImage: 'Debian',
  };
  const [worker] = plannedWorkers([{ metadata: { name: 'a', labels }, status: { nodeInfo } }], {
    paths: ['pod'],
    placements: ['other-node'],
  });
  expect(worker).toEqual({
    ...{ name: 'a', node: 'a', zone: 'z1', network: 'pod' },
    environment: {
      ...{ instanceType: 'm7.large', kubelet: 'v1.36.3' },
      ...{ containerRuntime: 'containerd://2', osImage: 'Debian' },
    },
  });
});
