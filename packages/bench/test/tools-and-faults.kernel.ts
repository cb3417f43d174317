import type { Run } from '../src/record/run';
import type { Sample } from '../src/record/sample';
import { median } from '../src/statistics/median';
import { Measured } from './lab/measured';

// Each tool's own figures of faults that agents have made: with packets, not with recordings. A minute for each scenario, on a
// machine that does nothing else; four times that.
jest.setTimeout(600_000);

const plain = { placements: ['other-node'], interference: false, coolDown: '0s', budget: '10m' };
const askedSeconds = 0.02;
const lossShare = 0.1;
/** 20 Mbit/s in bytes. */
const rateBytes = 2.5e6;
const repeats = 3;

/** Each with the figure that shows the delay, and how much of it that does. */
const delayed = [
  ['netperf-tcp-rr', 'round_trip_median', 1],
  ['fortio-tcp', 'round_trip_median', 1],
  ['fortio-http', 'round_trip_median', 1],
  ['qperf-tcp', 'latency', 0.5],
  ['probe-tcp-rr', 'round_trip_median', 1],
] as const;
const delayedTools = delayed.map(([name]) => name);
const narrowed = ['iperf3-tcp', 'netperf-tcp-stream', 'probe-throughput'] as const;

const slow = {
  ...{ name: 'slow', ...plain, repeats },
  benchmarks: delayedTools.map((benchmark) => ({
    ...{ name: benchmark, benchmark },
    // qperf measures two figures in that time, and has no warm-up.
    ...(benchmark === 'qperf-tcp' ? { duration: '2s' } : { duration: '1s', warmUp: '0s' }),
  })),
  conditions: [{ name: 'slow', faults: [{ name: 'slow', delay: { time: '20ms' } }] }],
};
const lossy = {
  ...{ name: 'lossy', ...plain, repeats: 1 },
  benchmarks: [{ name: 'udp', benchmark: 'probe-udp', duration: '3s', rate: 500 }],
  conditions: [{ name: 'lossy', faults: [{ name: 'lossy', loss: { ratio: '10%' } }] }],
};
const narrow = {
  ...{ name: 'narrow', ...plain, repeats: 1 },
  benchmarks: narrowed.map((benchmark) => ({
    ...{ name: benchmark, benchmark, duration: '3s' },
    ...(benchmark !== 'netperf-tcp-stream' && { warmUp: '1s' }),
  })),
  conditions: [{ name: 'narrow', faults: [{ name: 'narrow', rate: '20mbit' }] }],
};

const slowRun = new Measured(slow);
const lossyRun = new Measured(lossy);
const narrowRun = new Measured(narrow);

test.each(delayedTools)('%s measures each time, with a delay and without', (name) =>
  slowRun.check((run) => {
    const samples = run.samples.filter(({ benchmark }) => benchmark === name);
    expect(samples.filter(isNoMeasurement)).toEqual([]);
    expect(samples.map(({ condition }) => condition).sort()).toEqual([
      ...Array<string>(repeats).fill('none'),
      ...Array<string>(repeats).fill('slow'),
    ]);
  }),
);

test.each(delayed)(
  "a delay of 20 ms shows in %s's own %s, %d times, to a millisecond",
  (use, metric, trips) =>
    slowRun.check((run) => {
      const added = least(valuesOf(run, use, 'slow', metric)) - least(valuesOf(run, use, 'none', metric));
      expect(Math.abs(added - askedSeconds * trips)).toBeLessThanOrEqual(0.001);
    }),
);

test.each(['netperf-tcp-rr', 'fortio-tcp', 'fortio-http'])(
  'by %s nothing comes back before its 20 ms',
  (use) =>
    slowRun.check((run) => {
      const shortest = valuesOf(run, use, 'slow', 'round_trip_min');
      expect(shortest).toHaveLength(repeats);
      // netperf counts in whole microseconds.
      for (const seconds of shortest) expect(seconds).toBeGreaterThanOrEqual(askedSeconds - 1e-6);
    }),
);

test('loss of one datagram in ten shows in the probe, as far as chance lets it', () =>
  lossyRun.check((run) => {
    expect(valuesOf(run, 'udp', 'none', 'loss')).toEqual([0]);
    // 1500 datagrams: five standard deviations of a binomial.
    const chance = 5 * Math.sqrt((lossShare * (1 - lossShare)) / 1500);
    const lost = valuesOf(run, 'udp', 'lossy', 'loss');
    expect(lost).toHaveLength(1);
    for (const share of lost) expect(Math.abs(share - lossShare)).toBeLessThan(chance);
  }));

test.each(narrowed)('a rate of 20 Mbit/s shows in %s within 5 %%', (use) =>
  narrowRun.check((run) => {
    const limited = median(valuesOf(run, use, 'narrow', 'throughput'));
    // Of what the link carries, 1448 of 1514 bytes are TCP's payload.
    expect(Math.abs(limited / (rateBytes * (1448 / 1514)) - 1)).toBeLessThan(0.05);
    expect(median(valuesOf(run, use, 'none', 'throughput'))).toBeGreaterThan(4 * rateBytes);
  }),
);

function valuesOf(run: Run, use: string, condition: string, metric: string): number[] {
  const samples = run.samples.filter((sample) => sample.use === use && sample.condition === condition);
  return samples.map(({ values }) => values?.[metric] ?? NaN);
}

/** What a busy machine adds is never less than nothing. */
const least = (values: readonly number[]): number => Math.min(...values);

/** A busy machine makes the measurer's own check complain (`invalid`); what the tool reports is there all the same. */
const isNoMeasurement = ({ status }: Sample): boolean => status !== 'ok' && status !== 'invalid';
