import { situation, type FoundCluster } from './situation';
import { exampleState, stateWithEndedNode } from './testing';

const { options, images } = exampleState;
const wanted = { options, images };

const known = (change: Partial<Extract<FoundCluster, { kind: 'known' }>>): FoundCluster => ({
  kind: 'known',
  state: exampleState,
  starterRuns: false,
  supervisorRuns: true,
  cutLinks: [],
  ...change,
});

test.each<[string, FoundCluster, string]>([
  ['nothing', { kind: 'none' }, 'free'],
  ['a folder without a word in it', { kind: 'unknown' }, 'stale'],
  ['a cluster that is up', known({}), 'as-wanted'],
  ['one whose machine was rebooted', known({ supervisorRuns: false }), 'stale'],
  [
    'one that did not come up',
    known({ state: { ...exampleState, phase: { kind: 'failed', reason: '', hint: '' } } }),
    'stale',
  ],
  [
    'one that is being taken down',
    known({ state: { ...exampleState, phase: { kind: 'stopping' } } }),
    'busy',
  ],
])('%s: then a new cluster finds it %s', (_, found, kind) => {
  expect(situation(found, wanted).kind).toBe(kind);
});

const starting = { ...exampleState, phase: { kind: 'starting' } } as const;

test.each([
  ['another `up` is at work', true, 'busy'],
  ['its `up` was killed', false, 'stale'],
])('of a cluster that is starting: %s', (_, starterRuns, kind) => {
  expect(situation(known({ state: starting, starterRuns }), wanted).kind).toBe(kind);
});

test('an `up` that has not come to its supervisor yet is at work all the same', () => {
  const { supervisor, ...without } = starting;
  expect(supervisor).toBeDefined();
  expect(situation(known({ state: without, starterRuns: true, supervisorRuns: false }), wanted)).toEqual({
    kind: 'busy',
    pid: exampleState.starter.pid,
    doing: 'starting',
  });
});

test('each option that differs is named, with what is up and what is asked for', () => {
  const other = { options: { network: '10.80.0.0/14', nodes: 1, memoryMb: 2048 }, images: 'def' };
  expect(situation(known({}), other)).toEqual({
    kind: 'differs',
    differences: [
      'nodes: 2 is up, 1 is asked for',
      'network: 10.76.0.0/14 is up, 10.80.0.0/14 is asked for',
      'memory of a node (MB): 3072 is up, 2048 is asked for',
      'images: those on its nodes are not those of this source tree',
    ],
  });
});

test('before the images are made, they make no difference', () => {
  expect(situation(known({}), { options }).kind).toBe('as-wanted');
});

test('a cluster of which a node has ended is not what is wanted, and the node is named', () => {
  expect(situation(known({ state: stateWithEndedNode }), wanted)).toEqual({
    kind: 'differs',
    differences: ['node-2 has ended: The kernel ended'],
  });
});
