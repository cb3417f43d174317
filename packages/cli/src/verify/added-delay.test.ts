import { parseFault, type Fault } from '@podlag/core';
import { addedDelay, medianSpan, quantile } from './added-delay';

const way = (delay: object, more: object = {}): Fault => parseFault({ delay, ...more }, 'a');
const shown = (ways: readonly Fault[], chances = [0, 0.5, 1]): readonly number[] =>
  chances.map((chance) => Number(quantile(addedDelay(ways), chance).toFixed(1)));

test.each<[string, Fault[], number[]]>([
  ['nothing', [], [0, 0, 0]],
  ['two constant ways are added', [way({ time: '20ms' }), way({ time: '0.5ms' })], [20.5, 20.5, 20.5]],
  ['a uniform jitter has the delay in its middle', [way({ time: '20ms', jitter: '5ms' })], [15, 20, 25]],
  [
    'a pareto one has its median below its mean',
    [way({ time: '20ms', jitter: '5ms', distribution: 'pareto' })],
    [16.7, 18.4, 40],
  ],
  [
    'a table is drawn from as it is',
    [way({ time: '20ms', jitter: '10ms', distribution: { table: [1, 1, -1] } })],
    [10, 30, 30],
  ],
  [
    'most of what is reordered leaves at once',
    [way({ time: '20ms' }, { reorder: { ratio: '60%' } })],
    [0, 0, 20],
  ],
  [
    'of each fifth half leave at once: less than half of all',
    [way({ time: '20ms' }, { reorder: { ratio: '50%', gap: 5 } })],
    [0, 20, 20],
  ],
])('%s', (_, ways, quantiles) => expect(shown(ways)).toEqual(quantiles));

test('a normal one has its jitter as its standard deviation', () => {
  const normal = way({ time: '20ms', jitter: '5ms', distribution: 'normal' });
  expect(shown([normal], [0.0228, 0.1587, 0.5, 0.8413, 0.9772])).toEqual([10, 15, 20, 25, 30]);
});

test('two uniform jitters make a triangle: an eighth is below half of its middle', () => {
  const both = [way({ time: '10ms', jitter: '10ms' }), way({ time: '10ms', jitter: '10ms' })];
  // P(X < 20 - x) = (20-x)^2/800
  expect(shown(both, [0.125, 0.5, 0.875])).toEqual([10, 20, 30]);
});

test.each([
  ['constant', [way({ time: '20ms' })], 20, 20, 20],
  ['20 of ±5 ms: 3.29 of 0.11 each way', [way({ time: '20ms', jitter: '5ms' })], 20, 16.3, 23.7],
  ['1000 of them', [way({ time: '20ms', jitter: '5ms' })], 1_000, 19.5, 20.5],
  ['correlated ones say less', [way({ time: '20ms', jitter: '5ms', correlation: '50%' })], 1_000, 19.1, 20.9],
] as const)('where the median lies: %s', (...[, ways, count, least, most]) => {
  const span = medianSpan(addedDelay(ways), count);
  expect(span.least).toBeCloseTo(least, 1);
  expect(span.most).toBeCloseTo(most, 1);
});
