import fc from 'fast-check';
import type { Path, Placement } from '../scenario/bench-scenario';
import type { WorkerSite } from './trial';
import { workerPairs } from './worker-pairs';

/** `a@n1/z1`: worker a on node n1 in zone z1; with `!` on the host network. */
const site = (text: string): WorkerSite => {
  const [, name = '', node = '', zone, host] = /^([^@]+)@([^/!]+)(?:\/([^!]+))?(!)?$/.exec(text) ?? [];
  return { name, node, zone, network: host === undefined ? 'pod' : 'host' };
};

const pairsOf = ([path, placement]: readonly [Path, Placement], workers: string): string => {
  const found = workerPairs(path, placement, workers.split(' ').map(site), 28);
  if (found.kind === 'none') return found.why;
  return found.rounds
    .map((round) => round.map(([client, server]) => `${client.name}>${server.name}`).join(' '))
    .join(' | ');
};

test.each<[string, readonly [Path, Placement], string, string]>([
  ['two on two nodes', ['pod', 'other-node'], 'a@n1 b@n2', 'a>b'],
  ['a node has one worker too many', ['pod', 'other-node'], 'a@n1 b@n1 c@n2', 'a>c'],
  ['the order in which workers are named says nothing', ['pod', 'other-node'], 'b@n2 a@n1', 'a>b'],
  ['another zone is not another node', ['pod', 'other-node'], 'a@n1/z1 b@n2/z1 c@n3/z2', 'a>b'],
  ['an unknown zone may be the same', ['pod', 'other-node'], 'a@n1/z1 b@n2', 'a>b'],
  ['zones have to be known to differ', ['pod', 'other-zone'], 'a@n1/z1 b@n2/z2 c@n3', 'a>b'],
  ['on one node', ['service', 'same-node'], 'a@n1 b@n1 c@n2', 'a>b'],
  ['on two nodes at once', ['pod', 'same-node'], 'a@n1 b@n1 c@n2 d@n2', 'a>b c>d'],
  ['on the host network', ['host-network', 'other-node'], 'a@n1 b@n2 x@n1! y@n2!', 'x>y'],
])('pairs: %s', (_, place, workers, expected) => {
  expect(pairsOf(place, workers)).toBe(expected);
});

test.each<[string, readonly [Path, Placement], string, string]>([
  ['nobody there', ['host-network', 'other-node'], 'a@n1 b@n2', 'no worker is there'],
  ['nobody with a network of its own', ['pod', 'same-node'], 'a@n1! b@n2!', 'no worker is in a pod network'],
  ['only one', ['pod', 'other-node'], 'a@n1 b@n2!', 'all workers are on one node'],
  ['each alone on its node', ['pod', 'same-node'], 'a@n1 b@n2', 'no node has two workers'],
  ['a node has each port once', ['host-network', 'same-node'], 'a@n1! b@n1! c@n2!', 'one worker each'],
  ['one node', ['pod', 'other-node'], 'a@n1 b@n1', 'all workers are on one node'],
  ['one node a zone', ['pod', 'other-node'], 'a@n1/z1 b@n2/z2', 'no zone has two nodes with workers'],
  ['one zone', ['pod', 'other-zone'], 'a@n1/z1 b@n2/z1', 'no two workers are known to be in different zones'],
])('no pairs, and why: %s', (_, place, workers, why) => {
  expect(pairsOf(place, workers)).toBe(why);
});

const onNodesOfTheirOwn = (count: number): readonly WorkerSite[] =>
  Array.from({ length: count }, (_, index) => site(`w${index}@n${index}`));

test('where not all fit, each worker has about as many pairs as each other, and turns as client and server', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 20 }), fc.integer({ min: 1, max: 200 }), (count, most) => {
      const workers = onNodesOfTheirOwn(count);
      const found = workerPairs('pod', 'other-node', workers, most);
      if (found.kind === 'none') throw new Error(found.why);
      const pairs = found.rounds.flat();
      expect(pairs).toHaveLength(Math.min(most, (count * (count - 1)) / 2));
      const times = workers.map(({ name }) => ({
        client: pairs.filter(([client]) => client.name === name).length,
        server: pairs.filter(([, server]) => server.name === name).length,
      }));
      const met = times.map(({ client, server }) => client + server);
      expect(Math.max(...met) - Math.min(...met)).toBeLessThanOrEqual(1 + (count % 2));
      for (const { client, server } of times) expect(Math.abs(client - server)).toBeLessThanOrEqual(1);
    }),
  );
});

test('28 pairs are all among eight workers', () => {
  expect(workerPairs('pod', 'other-node', onNodesOfTheirOwn(8), 28)).toMatchObject({ all: 28 });
});
