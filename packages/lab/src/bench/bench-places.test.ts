import fc from 'fast-check';
import { readManifest } from '../cluster/manifest';
import { benchManifest, benchPlaces } from './bench-places';

const nodesOf = (pods: number): readonly string[] => benchPlaces(pods).map(({ node }) => node);

test('four pods are two on each of two nodes, of which no zone is known', () => {
  expect(benchPlaces(4)).toEqual([
    { name: 'worker-1', node: 'lab-a (a name only)' },
    { name: 'worker-2', node: 'lab-b (a name only)' },
    { name: 'worker-3', node: 'lab-a (a name only)' },
    { name: 'worker-4', node: 'lab-b (a name only)' },
  ]);
});

test('two pods are on two nodes', () => {
  expect(new Set(nodesOf(2)).size).toBe(2);
});

test('eight pods have pairs on a node, between nodes of a zone, and between zones', () => {
  const places = benchPlaces(8);
  const zones = Map.groupBy(places, ({ zone }) => zone);
  expect([...zones.keys()]).toEqual(['zone-a (a name only)', 'zone-b (a name only)']);
  for (const own of zones.values()) {
    const nodes = Map.groupBy(own, ({ node }) => node);
    expect([...nodes.values()].map(({ length }) => length)).toEqual([2, 2]);
  }
});

test('a node is in one zone, and each worker has a name of its own', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 200 }), (pods) => {
      const places = benchPlaces(pods);
      const zones = Map.groupBy(places, ({ node }) => node).values();
      expect(new Set(places.map(({ name }) => name)).size).toBe(pods);
      for (const own of zones) expect(new Set(own.map(({ zone }) => zone)).size).toBe(1);
    }),
  );
});

test.each([0, 1, 2.5, NaN])('%s pods are refused', (pods) => {
  expect(() => benchPlaces(pods)).toThrow(/too-few-pods|are not enough/);
});

test('its pods are in a namespace whose pods get an agent', () => {
  const { namespaces, workloads } = readManifest('pods.yaml', benchManifest(benchPlaces(3)));
  expect(namespaces).toEqual(new Map([['podlag-bench', { 'sidecar-injection': 'enabled' }]]));
  expect(workloads.map((workload) => workload.kind === 'Pod' && workload.pod.metadata.name)).toEqual([
    ...['worker-1', 'worker-2', 'worker-3'],
  ]);
});
