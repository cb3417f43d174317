import { parseScenario } from '../scenario/scenario-document';
import type { BenchScenario } from '../scenario/bench-scenario';
import { scriptedBenchmarks } from './testing/scripted-benchmark';
import { longestTrialMs } from './trial-work';

const benchmarks = scriptedBenchmarks(1);
const scenario = (...faults: readonly object[]): BenchScenario =>
  parseScenario(
    {
      ...{ name: 'x', benchmarks: [{ benchmark: 'steady', duration: '10s', warmUp: '1s' }] },
      ...(faults.length > 0 && { conditions: [{ name: 'slow', faults }] }),
    },
    '',
    benchmarks,
  );
const seconds = (...faults: readonly object[]): number => longestTrialMs(scenario(...faults)) / 1_000;

const plain = 26;

test('a trial may take what it measures, and a while', () => expect(seconds()).toBe(plain));

test.each<[string, object, number]>([
  ['a delay, for twenty round trips with it at both ends', { delay: { time: '100ms' } }, 8],
  ['its jitter', { delay: { time: '100ms', jitter: '50ms' } }, 12],
  ['a rate, for what is queued before it', { rate: '1mbit' }, 32],
  ['a rate that hardly matters', { rate: '1gbit' }, 0.032],
  ['a rate that is next to nothing, for ten minutes', { rate: '8bit' }, 600],
  ['loss, for what is sent again', { loss: { ratio: '10%' } }, 15],
])('and longer with %s', (_, fault, more) => {
  expect(seconds({ name: 'f', ...fault })).toBeCloseTo(plain + more, 6);
});

test('the narrowest of several rates counts', () => {
  const faults = [
    { name: 'a', rate: '1mbit' },
    { name: 'b', rate: '2mbit' },
  ];
  expect(seconds(...faults)).toBe(plain + 32);
});

test('the longest of all uses and conditions is the run’s', () => {
  const two = parseScenario(
    {
      name: 'x',
      benchmarks: [
        { benchmark: 'steady', duration: '10s', warmUp: '1s' },
        { name: 'long', benchmark: 'steady', duration: '1h', warmUp: '10m' },
      ],
    },
    '',
    benchmarks,
  );
  expect(longestTrialMs(two) / 1_000).toBe(4_200 + 15);
});
