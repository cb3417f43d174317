import { drawnRun, drawnWorker } from '../statistics/testing/drawn-run';
import type { Manifest } from '../record/manifest';
import { differences, listed } from './differences';

const runOf = (manifest: Partial<Manifest>): ReturnType<typeof drawnRun> =>
  drawnRun([{ value: 1 }], manifest);

test('two runs of the same thing around which nothing changed have no differences', () => {
  expect(differences(runOf({}), runOf({ run: 'quick-20261122-120000-abcd' }))).toEqual([]);
});

test.each<[string, Partial<Manifest>, Partial<Manifest>, unknown]>([
  ['the seed', { seed: 1 }, { seed: 2 }, [{ what: 'seed', a: '1', b: '2' }]],
  ['the cluster', {}, { kubernetes: 'v1.36.2' }, [{ what: 'kubernetes', a: '-', b: 'v1.36.2' }]],
  ['how it ended', {}, { phase: 'aborted' }, [{ what: 'phase', a: 'finished', b: 'aborted' }]],
  [
    'a kernel, the same on all workers',
    {},
    { workers: ['w1', 'w2'].map((name) => drawnWorker(name, { kernel: '6.18.1' })) },
    [{ what: 'kernel', a: '6.12.0', b: '6.18.1' }],
  ],
  [
    'an MTU on one worker',
    {},
    { workers: [drawnWorker('w1'), drawnWorker('w2', { mtu: 9000 })] },
    [{ what: 'MTU', a: '1500', b: 'w1: 1500, w2: 9000' }],
  ],
  [
    'nodes that changed places',
    { workers: [drawnWorker('w1', { node: 'x' }), drawnWorker('w2', { node: 'y' })] },
    { workers: [drawnWorker('w2', { node: 'x' }), drawnWorker('w1', { node: 'y' })] },
    [{ what: 'node', a: 'w1: x, w2: y', b: 'w1: y, w2: x' }],
  ],
  [
    'a tool',
    {},
    {
      workers: ['w1', 'w2'].map((name) => ({
        ...drawnWorker(name),
        tools: { 'probe-tcp-rr': { version: '0.2.0' } },
      })),
    },
    [{ what: 'probe-tcp-rr version', a: '0.1.0', b: '0.2.0' }],
  ],
  [
    'a worker that was lost',
    {},
    { workers: [drawnWorker('w1'), { ...drawnWorker('w2'), lost: 'its connection went' }] },
    [{ what: 'workers lost', a: '-', b: 'w2' }],
  ],
  [
    'the scenario, field by field, and entries by their names',
    { scenario: { repeats: 5, paths: ['pod'], benchmarks: [{ name: 'rr', duration: '10s' }] } },
    {
      scenario: {
        repeats: 10,
        paths: ['pod', 'service'],
        benchmarks: [
          { name: 'big', duration: '10s' },
          { name: 'rr', duration: '5s' },
        ],
      },
    },
    [
      { what: 'scenario.repeats', a: '5', b: '10' },
      { what: 'scenario.paths', a: 'pod', b: 'pod, service' },
      { what: 'scenario.benchmarks.rr.duration', a: '10s', b: '5s' },
      { what: 'scenario.benchmarks.big.name', a: '-', b: 'big' },
      { what: 'scenario.benchmarks.big.duration', a: '-', b: '10s' },
    ],
  ],
])('%s', (_, a, b, expected) => {
  expect(differences(runOf(a), runOf(b))).toEqual(expected);
});

test('other pairs of workers are told', () => {
  const [a, b] = [drawnRun([{ value: 1 }]), drawnRun([{ value: 1, client: 'w2', server: 'w1' }])];
  expect(differences(a, b)).toEqual([{ what: 'pairs', a: 'w1 to w2', b: 'w2 to w1' }]);
});

test('lists that differ behind what is shown of them are told by the entry', () => {
  const withTable = (last: number) => {
    const delay = { time: '20ms', distribution: { table: [1, 2, 3, 4, 5, 6, 7, last, 9] } };
    return runOf({
      scenario: { name: 'quick', conditions: [{ name: 'slow', faults: [{ name: 'f', delay }] }] },
    });
  };
  expect(differences(withTable(8), withTable(80))).toEqual([
    { what: expect.stringMatching(/delay\.distribution\.table$/), a: 'entry 8: 8', b: 'entry 8: 80' },
  ]);
});

test('more than six names are counted', () => {
  expect(listed(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'])).toBe('a, b, c, d, e, f, and 2 more');
  expect(listed([])).toBe('-');
});
