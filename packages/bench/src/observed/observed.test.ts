import { drawnRun, drawnSamples, roundTripUse, type DrawnSample } from '../statistics/testing/drawn-run';
import type { ObservedTolerance } from './judge-observed';
import { observed } from './observed';

const asked = { none: { addedRoundTrip: 0 }, slow: { addedRoundTrip: 0.02 } };
const failed = { status: 'timeout', values: undefined } as const;

/** Without and with the condition, in milliseconds, block by block. */
const run = (
  without: readonly number[],
  under: readonly number[],
  more: readonly DrawnSample[] = [],
): ReturnType<typeof drawnRun> =>
  drawnRun(
    [
      ...drawnSamples(without.map((value) => value / 1000)),
      ...drawnSamples(
        under.map((value) => value / 1000),
        { condition: 'slow' },
      ),
      ...more,
    ],
    { asked },
  );

const idle = [0.2, 0.21, 0.19, 0.2, 0.22];
const plus = (by: number): number[] => idle.map((value) => value + by);

test.each<[string, readonly [readonly number[], readonly number[]], string, RegExp]>([
  [
    'what is asked is there',
    [idle, plus(20.1)],
    'as asked',
    /^20\.1 ms added, 20\.0 ms expected, 1\.00 ms either way/,
  ],
  ['nothing is there', [idle, idle], 'off', /^0 n?s added, 20\.0 ms expected/],
  ['twice as much is there', [idle, plus(40)], 'off', /^40\.0 ms added/],
  ['half of it is there', [idle, plus(10)], 'off', /^10\.0 ms added/],
  [
    'it varies too much to say that it is off',
    [idle, [19, 24, 22, 20.5, 30]],
    'not measured',
    /more samples tell$/,
  ],
  [
    'the middle is as asked, and the spread is wide',
    [idle, [2.1, 20.2, 21.2, 90, 20.4]],
    'not measured',
    /the median may be 1\.\d+ ms to .*: more samples tell$/,
  ],
  [
    'a restless network makes nothing as asked that is not',
    [
      [1, 30, 50, 90, 20],
      [5, 35, 55, 96, 25],
    ],
    'off',
    /^5\.00 ms added, 20\.0 ms expected, 1\.00 ms either way tolerated$/,
  ],
  [
    'three blocks are too few',
    [idle.slice(0, 3), plus(20).slice(0, 3)],
    'not measured',
    /^3 pairs of samples .* 4 are/,
  ],
  ['nothing without it', [[], plus(20)], 'not measured', /^0 pairs .*; 5 samples have no good partner/],
])('%s', (_, [without, under], verdict, why) => {
  expect(observed(run(without, under)).rows).toMatchObject([
    { condition: 'slow', asked: 0.02, expected: 0.02, verdict, why: expect.stringMatching(why) },
  ]);
});

test('a row has what was asked beside what was added, with its interval', () => {
  const [row] = observed(run(idle, plus(20.1))).rows;
  expect(row).toMatchObject({
    client: 'w1',
    server: 'w2',
    roundTrips: 1,
    n: 5,
    added: expect.closeTo(0.0201, 9),
    interval: { low: expect.closeTo(0.0201, 9), high: expect.closeTo(0.0201, 9), level: 0.95 },
  });
});

test('samples of one block are compared with each other, so that drift cancels out', () => {
  const drifting = [1, 5, 20, 60, 100];
  const { rows } = observed(
    run(
      drifting,
      drifting.map((value) => value + 20),
    ),
  );
  expect(rows).toMatchObject([{ added: expect.closeTo(0.02, 9), verdict: 'as asked' }]);
  expect(rows[0]!.interval!.high - rows[0]!.interval!.low).toBeLessThan(1e-9);
});

test('each pair by itself, or all together', () => {
  const other = { client: 'w2', server: 'w3' };
  const more = [
    ...drawnSamples([0.001, 0.001, 0.001, 0.001], other),
    ...drawnSamples([0.001, 0.001, 0.001, 0.001], { ...other, condition: 'slow' }),
  ];
  const both = run(idle, plus(20), more);
  expect(observed(both).rows.map(({ client, verdict }) => [client, verdict])).toEqual([
    ['w1', 'as asked'],
    ['w2', 'off'],
  ]);
  expect(observed(both, { by: 'pool' }).rows).toMatchObject([{ client: undefined, n: 9 }]);
});

test('a failed sample has no part in it, and its partner is told', () => {
  const { rows } = observed(
    run(idle, plus(20), [
      { ...failed, condition: 'slow', block: 5 },
      { value: 1, block: 5 },
    ]),
  );
  expect(rows).toMatchObject([
    { n: 5, verdict: 'as asked', why: expect.stringMatching(/; 2 samples have no good partner/) },
  ]);
});

test.each<[string, readonly [number, readonly number[], ObservedTolerance?], string]>([
  ['1 ms, and nothing is there', [1, idle], 'not measured'],
  ['1 ms, and a trifle is there, as any qdisc costs', [1, plus(0.005)], 'not measured'],
  ['1 ms, and it is there', [1, plus(1)], 'not measured'],
  ['1 ms, and much more is there', [1, plus(5)], 'off'],
  ['1 ms, and it is there, held against less', [1, plus(1), { seconds: 0.0002 }], 'as asked'],
  ['1 ms, and a trifle is there, held against less', [1, plus(0.005), { seconds: 0.0002 }], 'off'],
  ['2 ms, which can be told from nothing', [2, plus(2)], 'as asked'],
])('so little is asked for as %s', (_, [askedMs, under, tolerance], verdict) => {
  const { manifest, samples } = run(idle, under);
  const little = { ...manifest, asked: { slow: { addedRoundTrip: askedMs / 1000 } } };
  const { rows } = observed({ manifest: little, samples }, tolerance && { tolerance });
  const why = verdict === 'not measured' ? /; that is more than half of it/ : /tolerated$/;
  expect(rows).toMatchObject([{ verdict, why: expect.stringMatching(why) }]);
});

test('a condition that asks for no delay is as asked where it adds none', () => {
  const { manifest, samples } = run(idle, plus(0.01));
  const { rows } = observed({ manifest: { ...manifest, asked: { slow: { addedRoundTrip: 0 } } }, samples });
  expect(rows).toMatchObject([{ expected: 0, verdict: 'as asked' }]);
});

test('what is asked is not known where it is no fixed time', () => {
  const { manifest, samples } = run(idle, plus(20));
  const { rows, requestCost } = observed({ manifest: { ...manifest, asked: { slow: {} } }, samples });
  expect(rows).toMatchObject([
    {
      asked: undefined,
      expected: undefined,
      verdict: 'not measured',
      why: expect.stringMatching(/no fixed delay/),
    },
  ]);
  expect(requestCost).toMatchObject([{ from: 'measured', roundTrip: expect.closeTo(0.02, 9) }]);
});

test.each([
  ['median', plus(20), 'as asked'],
  ['median', plus(24), 'off'],
  // 1 % of it waited 200 ms for a retransmission.
  ['mean', plus(22), 'not measured'],
] as const)(
  'with losses beside the delay a %s is judged by what it can tell',
  (statistic, under, verdict) => {
    const { manifest, samples } = run(idle, under);
    const uses = [{ ...roundTripUse, metrics: [{ ...roundTripUse.metrics[0]!, statistic }] }];
    const lossy = { slow: { addedRoundTrip: 0.02, statistics: ['median', 'minimum'] as const } };
    const { rows } = observed({ manifest: { ...manifest, uses, asked: lossy }, samples });
    expect(rows).toMatchObject([{ asked: 0.02, verdict }]);
    expect(rows[0]!.why.includes('moves such a figure by more than its delay')).toBe(statistic === 'mean');
  },
);

test('the tolerance can be set; a share or a time alone is that alone', () => {
  const off = run(idle, plus(21.5));
  expect(observed(off).rows[0]?.verdict).toBe('off');
  expect(observed(off, { tolerance: { seconds: 0.002 } }).rows[0]?.verdict).toBe('as asked');
  expect(observed(off, { tolerance: { ratio: 0.1 } }).rows[0]?.verdict).toBe('as asked');
  expect(observed(off, { tolerance: { ratio: 0.01, seconds: 0.002 } }).rows[0]?.tolerance).toBe(0.002);
  expect(observed(off, { tolerance: { ratio: 0.01 } }).rows[0]?.tolerance).toBeCloseTo(0.0002, 9);
  expect(observed(off, { tolerance: { seconds: 0.0001 } }).rows[0]?.tolerance).toBe(0.0001);
});

const httpUse = {
  name: 'http',
  benchmark: 'probe-http',
  metrics: [
    { name: 'kept_median', unit: 's', better: 'lower', roundTrips: 1 },
    { name: 'kept_p99', unit: 's', better: 'lower', roundTrips: 1 },
    { name: 'new_median', unit: 's', better: 'lower', roundTrips: 2 },
    { name: 'requests', unit: '1/s', better: 'higher' },
  ],
} as const;

const httpRun = drawnRun(
  idle.flatMap((_, block) =>
    [0, 0.02].map((added) => ({
      block,
      condition: added === 0 ? 'none' : 'slow',
      values: {
        kept_median: 0.001 + added,
        kept_p99: 0.002 + 3 * added,
        new_median: 0.002 + 2 * added,
        requests: 9,
      },
    })),
  ),
  { asked, uses: [httpUse] },
);

test('a figure of two round trips has twice the delay, and rates and tails have no row', () => {
  expect(
    observed(httpRun).rows.map(({ metric, expected, verdict }) => [metric.name, expected, verdict]),
  ).toEqual([
    ['kept_median', 0.02, 'as asked'],
    ['new_median', 0.04, 'as asked'],
  ]);
  expect(observed(httpRun, { metrics: 'all' }).rows.map(({ metric }) => metric.name)).toContain('kept_p99');
});

test('a request is paid for in round trips, with what was measured where it was', () => {
  const [cost] = observed(httpRun).requestCost;
  expect(cost).toMatchObject({ condition: 'slow', roundTrip: 0.02, from: 'asked' });
  expect(
    cost!.lines.map(({ what, roundTrips, seconds, measured }) => [what, roundTrips, seconds, measured]),
  ).toEqual([
    ['TCP connect', 1, 0.02, undefined],
    ['TLS 1.3 handshake', 1, 0.02, undefined],
    ['TLS 1.2 handshake', 2, 0.04, undefined],
    ['HTTP request, kept connection', 1, 0.02, expect.closeTo(0.02, 9)],
    ['HTTP request, new connection', 2, 0.04, expect.closeTo(0.04, 9)],
    ['HTTPS request, new connection, TLS 1.3', 3, 0.06, undefined],
    ['HTTPS request, new connection, TLS 1.2', 4, 0.08, undefined],
  ]);
});

test('what a request pays is the same whatever is shown', () => {
  expect(observed(httpRun, { metrics: 'all' }).requestCost).toEqual(observed(httpRun).requestCost);
});

test.each<[string, readonly number[], number, number | undefined]>([
  ['enough samples', plus(3), 5, 0.003],
  ['three samples are too few', plus(3), 3, undefined],
  ['less than nothing', plus(-0.1), 5, undefined],
  ['that may be nothing', [0.3, 0.11, 0.29, 0.1, 0.23], 5, undefined],
])('of a condition without a fixed delay a request pays what was seen: %s', (_, under, count, paid) => {
  const { manifest, samples } = run(idle.slice(0, count), under.slice(0, count));
  const [cost] = observed({ manifest: { ...manifest, asked: { slow: {} } }, samples }).requestCost;
  expect(cost?.roundTrip).toEqual(paid === undefined ? undefined : expect.closeTo(paid, 9));
});

test('beside what a request should pay stands nothing of fewer than four samples', () => {
  const few = { ...httpRun, samples: httpRun.samples.filter(({ block }) => block < 3) };
  const [cost] = observed(few).requestCost;
  expect(cost?.from).toBe('asked');
  expect(cost?.lines.filter(({ measured }) => measured !== undefined)).toEqual([]);
});

test('a run without conditions asks for nothing', () => {
  expect(observed(drawnRun(drawnSamples([1, 2, 3, 4]), { uses: [roundTripUse] }))).toMatchObject({
    rows: [],
    requestCost: [],
  });
});
