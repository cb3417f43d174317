import { LatencyHistogram } from '../record/histogram';
import { drawnRun, drawnSamples, roundTripUse } from './testing/drawn-run';
import { summarise } from './summarise';

const failedSample = {
  status: 'timeout',
  problem: { code: 'tool-timeout', detail: 'd', hint: 'h' },
} as const;

test('a cell is told by its median, spread, mean and the interval of the median', () => {
  const run = drawnRun(drawnSamples([1, 2, 3, 4, 100]));
  expect(summarise(run, { by: 'pool', metrics: 'first' })).toEqual([
    {
      use: 'rr',
      benchmark: 'probe-tcp-rr',
      path: 'pod',
      placement: 'other-node',
      condition: 'none',
      metric: roundTripUse.metrics[0],
      n: 5,
      failed: 0,
      failures: {},
      median: 3,
      mad: 1,
      mean: 22,
      interval: { low: 1, high: 100, level: 0.95 },
    },
  ]);
});

// NIST StRD, NumAcc1: the certified mean is 10000002 exactly.
test('the mean of long numbers is exact', () => {
  const run = drawnRun(drawnSamples([10000001, 10000003, 10000002]));
  expect(summarise(run, { by: 'pool', metrics: 'first' })[0]?.mean).toBe(10000002);
});

test('failed samples are counted by what happened to them, and are in no figure', () => {
  const values = { round_trip_median: 1e6 };
  const run = drawnRun([
    ...drawnSamples([1, 2, 3]),
    failedSample,
    { ...failedSample, status: 'invalid', values },
    { ...failedSample, status: 'invalid', values },
  ]);
  expect(summarise(run, { by: 'pool', metrics: 'first' })).toMatchObject([
    { n: 3, failed: 3, failures: { timeout: 1, invalid: 2 }, median: 2, mean: 2 },
  ]);
});

test('a sample that lacks a figure does not count for that figure', () => {
  const run = drawnRun([...drawnSamples([1, 2, 3]), { values: {} }]);
  expect(summarise(run, { by: 'pool', metrics: 'first' })).toMatchObject([{ n: 3, failed: 1, failures: {} }]);
});

test('where all failed there is no figure at all', () => {
  const [summary] = summarise(drawnRun([failedSample]), { by: 'pool', metrics: 'first' });
  expect(summary).toMatchObject({ n: 0, failed: 1 });
  for (const figure of ['median', 'mad', 'mean', 'interval', 'percentiles'])
    expect(summary).not.toHaveProperty(figure);
});

test('fewer than four samples have no interval', () => {
  const [summary] = summarise(drawnRun(drawnSamples([1, 2, 3])), { by: 'pool', metrics: 'first' });
  expect(summary).toMatchObject({ n: 3, median: 2 });
  expect(summary).not.toHaveProperty('interval');
});

test('pairs stand by themselves or together, in the order in which people count', () => {
  const run = drawnRun([
    ...drawnSamples([5, 5], { client: 'w10', server: 'w1' }),
    ...drawnSamples([1, 1], { client: 'w2', server: 'w1' }),
  ]);
  const pairs = summarise(run, { by: 'pair', metrics: 'first' });
  expect(pairs.map(({ client, median }) => [client, median])).toEqual([
    ['w2', 1],
    ['w10', 5],
  ]);
  const [pooled] = summarise(run, { by: 'pool', metrics: 'first' });
  expect(pooled).toMatchObject({ n: 4, median: 3 });
  expect(pooled).not.toHaveProperty('client');
});

test('cells come in the order of uses, paths, placements and conditions, the one without faults first', () => {
  const uses = [{ ...roundTripUse, name: 'second' }, roundTripUse];
  const run = drawnRun(
    [
      { value: 1, use: 'rr' },
      { value: 1, use: 'second', path: 'service' },
      { value: 1, use: 'second', condition: 'bad' },
      { value: 1, use: 'second', placement: 'same-node' },
      { value: 1, use: 'second' },
    ],
    { uses },
  );
  const places = summarise(run, { by: 'pool', metrics: 'first' }).map(
    ({ use, path, placement, condition }) => `${use} ${path} ${placement} ${condition}`,
  );
  expect(places).toEqual([
    'second pod same-node none',
    'second pod other-node none',
    'second pod other-node bad',
    'second service other-node none',
    'rr pod other-node none',
  ]);
});

test('the samples of the interference check are no samples of the cell', () => {
  const run = drawnRun([
    ...drawnSamples([1, 2]),
    { value: 100, purpose: 'company' },
    { value: 100, purpose: 'alone' },
  ]);
  expect(summarise(run, { by: 'pool', metrics: 'first' })).toMatchObject([{ n: 2, median: 1.5 }]);
});

test('percentiles are those of all histograms together, beside the first metric that is a time', () => {
  const histogramOf = (latencies: readonly number[]): string => {
    const histogram = new LatencyHistogram();
    for (const latency of latencies) histogram.record(latency);
    return histogram.encode();
  };
  const uses = [
    {
      ...roundTripUse,
      metrics: [{ name: 'rate', unit: '1/s', better: 'higher' } as const, ...roundTripUse.metrics],
    },
  ];
  const samples = [
    {
      values: { rate: 1, round_trip_median: 0.001 },
      histogram: histogramOf(new Array<number>(98).fill(0.001)),
    },
    { values: { rate: 1, round_trip_median: 0.1 }, histogram: histogramOf([0.1, 0.1]) },
    { ...failedSample, histogram: histogramOf(new Array<number>(500).fill(3)) },
  ];
  const [rate, time] = summarise(drawnRun(samples, { uses }), { by: 'pool', metrics: 'all' });
  expect(rate).not.toHaveProperty('percentiles');
  // Three significant digits are what a histogram keeps.
  expect(time?.percentiles).toEqual({
    p50: expect.closeTo(0.001, 5),
    p90: expect.closeTo(0.001, 5),
    p99: expect.closeTo(0.1, 3),
    p999: expect.closeTo(0.1, 3),
  });
});

test('the same run has the same summary each time', () => {
  const run = drawnRun(drawnSamples([5, 3, 8, 1, 9, 4, 7]));
  expect(summarise(run, { by: 'pair', metrics: 'all' })).toEqual(
    summarise(run, { by: 'pair', metrics: 'all' }),
  );
});
