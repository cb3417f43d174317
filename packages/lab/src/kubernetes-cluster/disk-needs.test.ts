import { clusterProgramNames } from '../control-plane/kubernetes';
import { diskNeeds, type ToMake } from './disk-needs';

const nothingNew: ToMake = {
  cache: '/cache',
  lacking: { programs: [], root: false, kernel: false, images: false },
  go: { build: '/go-build', modules: '/go-mod' },
  folder: '/cluster',
  cluster: { nodes: 2, memoryMb: 3072 },
  memoryOnDisk: false,
};
/** By folder. */
const needsOf = (change: Partial<ToMake>) =>
  Object.fromEntries(
    diskNeeds({ ...nothingNew, ...change }).map(({ folder, neededMb }) => [folder, neededMb]),
  );

test.each<[string, Partial<ToMake>, Readonly<Record<string, number>>]>([
  ['filled caches, for what changes and for the nodes', {}, { '/cache': 2500, '/cluster': 3000 }],
  [
    'empty caches, those of Go too',
    { lacking: { programs: clusterProgramNames, root: true, kernel: true, images: true } },
    { '/cache': 5400, '/go-build': 5000, '/go-mod': 2700, '/cluster': 3000 },
  ],
  [
    'no Go, whose caches then nobody knows',
    { lacking: { ...nothingNew.lacking, programs: clusterProgramNames }, go: undefined },
    { '/cache': 3400, '/cluster': 3000 },
  ],
  ["the nodes' memory on disk", { memoryOnDisk: true }, { '/cache': 2500, '/cluster': 3000 + 2 * 3222 }],
])('with %s', (_, change, needs) => {
  expect(needsOf(change)).toEqual(needs);
});

test('a program that is built soon asks for little of Go’s caches', () => {
  const needs = needsOf({ lacking: { ...nothingNew.lacking, programs: ['kube-scheduler'] } });
  expect(needs['/go-build']).toBeGreaterThan(0);
  expect(needs['/go-build']).toBeLessThan(500);
});
