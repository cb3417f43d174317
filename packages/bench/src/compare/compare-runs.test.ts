import { seededRandom, type Random } from '../statistics/seeded-random';
import { drawnRun, drawnSamples, roundTripUse, type DrawnSample } from '../statistics/testing/drawn-run';
import { compareConditions, compareRuns } from './compare-runs';
import type { Verdict } from './comparison';

const failed = { status: 'timeout', problem: { code: 'tool-timeout', detail: 'd', hint: 'h' } } as const;
const failures = (count: number): DrawnSample[] => new Array<DrawnSample>(count).fill(failed);
/** Measured with a figure, which is not to be believed. */
const unbelieved = (count: number): DrawnSample[] =>
  new Array<DrawnSample>(count).fill({ status: 'invalid', value: 0.05 });

/** Milliseconds, in which 5 % counts: above 4 ms that is more than 0.2 ms. */
const ms = (...values: readonly number[]): readonly DrawnSample[] =>
  drawnSamples(values.map((value) => value / 1000));

const around10 = ms(9.9, 10.1, 10, 9.95, 10.05);
const around12 = ms(11.9, 12.1, 12, 11.95, 12.05);

type Samples = readonly DrawnSample[];

test.each<[string, readonly [Samples, Samples], Verdict, RegExp]>([
  [
    'slower by more than counts',
    [around10, around12],
    'worse',
    /^higher by 1\.\d+ ms to 2\.\d+ ms; 500 us counts$/,
  ],
  [
    'faster by more than counts',
    [around12, around10],
    'better',
    /^lower by 1\.\d+ ms to 2\.\d+ ms; 600 us counts$/,
  ],
  [
    'nearly as before',
    [around10, ms(10, 10.2, 10.1, 10.05, 10.15)],
    'same',
    /less than 500 us does not count/,
  ],
  [
    'three samples are too few',
    [ms(1, 1, 1), around12],
    'inconclusive',
    /^3 samples; 4 against 4 is the least/,
  ],
  ['one sample is too few', [around10, ms(50)], 'inconclusive', /^1 sample; 4 against 4/],
  [
    'too wide to tell',
    [ms(5, 10, 15, 8, 12), ms(6, 11, 16, 9, 13)],
    'inconclusive',
    /^the shift may be -.* to \+/,
  ],
  ['perhaps too small', [around10, ms(10.45, 10.6, 10.52, 10.48, 10.7)], 'inconclusive', /^there is a diff/],
  [
    'nothing works any more',
    [around10, failures(5)],
    'worse',
    /^failed: 5 of 5 samples of B, 0 of 5 samples of A; no/,
  ],
  [
    'it works at last',
    [failures(5), around10],
    'better',
    /^failed: 0 of 5 samples of B, 5 of 5 samples of A/,
  ],
  ['three failures may be chance', [ms(1, 1, 1), failures(3)], 'inconclusive', /^failed: 3 of 3/],
  [
    'three good samples are no failures of twenty others',
    [ms(10, 10, 10), failures(20)],
    'inconclusive',
    /^failed: 20 of 20 samples of B, 0 of 3 samples of A; no good sample/,
  ],
  [
    'what the measurer itself spoilt is no failure of the network',
    [around10, [...ms(10), ...unbelieved(4)]],
    'inconclusive',
    /^1 sample; 4 against 4 .*; not to be believed \(invalid\): 4 of 5 samples of B, 0 of 5 samples of A$/,
  ],
  [
    'enough good samples are compared, whatever else is not to be believed',
    [around10, [...around10, ...unbelieved(3)]],
    'same',
    /^shifted by/,
  ],
  [
    'failures are seen among samples that are not to be believed',
    [
      [...around10, ...unbelieved(1)],
      [...failures(6), ...unbelieved(1)],
    ],
    'worse',
    /^failed: 6 of 7 samples of B, 0 of 6 samples of A; no good sample/,
  ],
  [
    'it works at last, but nobody can tell how well',
    [failures(5), unbelieved(5)],
    'inconclusive',
    /^failed: 0 of 5 samples of B, 5 of 5 samples of A; no good sample/,
  ],
  ['one of six fails', [around10, [...around10, failed]], 'inconclusive', /^failed: 1 of 6 .*; shifted by/],
  ['less fails than before', [[...around10, failed], around10], 'same', /^failed: 0 of 5/],
  ['slower, and less fails', [[...around10, failed], around12], 'worse', /; higher by/],
  [
    'faster, and one fails',
    [around12, [...around10, failed]],
    'inconclusive',
    /^failed: 1 of 6 .*; lower by/,
  ],
])('%s', (_, [a, b], verdict, why) => {
  const comparison = compareRuns(drawnRun(a), drawnRun(b));
  expect(comparison.rows).toHaveLength(1);
  expect(comparison.rows[0]).toMatchObject({ verdict, why: expect.stringMatching(why) });
  expect(comparison.verdict).toBe(verdict);
});

test('a row has what a reader needs to judge by himself', () => {
  const [row] = compareRuns(drawnRun(around10), drawnRun(around12)).rows;
  expect(row).toMatchObject({
    use: 'rr',
    condition: 'none',
    metric: { name: 'round_trip_median' },
    a: { n: 5, failed: 0, invalid: 0, median: 0.01 },
    b: { n: 5, failed: 0, invalid: 0, median: 0.012 },
    shift: expect.closeTo(0.002, 9),
    shiftRatio: expect.closeTo(0.2, 9),
    interval: { low: expect.closeTo(0.00185, 9), high: expect.closeTo(0.00215, 9), level: 0.95 },
    p: expect.closeTo(2 / 252, 12),
    adjustedP: expect.closeTo(2 / 252, 12),
    exact: true,
    cliffsDelta: 1,
    minimumEffect: 0.0005,
  });
});

const throughputUse = {
  name: 'bulk',
  benchmark: 'probe-throughput',
  metrics: [{ name: 'throughput', unit: 'B/s', better: 'higher' } as const],
};

test('of a throughput more is better', () => {
  const runOf = (mega: number): ReturnType<typeof drawnRun> =>
    drawnRun(drawnSamples([1, 1.01, 0.99, 1.005, 0.995].map((x) => x * mega * 1e6)), {
      uses: [throughputUse],
    });
  expect(compareRuns(runOf(100), runOf(150)).verdict).toBe('better');
  expect(compareRuns(runOf(150), runOf(100)).verdict).toBe('worse');
});

test.each([
  ['a fifth of a millisecond', { metric: 's', values: [20e-6, 100e-6] }, 'same'],
  ['a thousandth of packets', { metric: 'ratio', values: [0, 0.0005] }, 'same'],
  ['more packets', { metric: 'ratio', values: [0, 0.02] }, 'worse'],
] as const)('where A is next to nothing, %s counts', (_, { metric: unit, values: [a, b] }, verdict) => {
  const uses = [{ ...roundTripUse, metrics: [{ name: 'x', unit, better: 'lower' } as const] }];
  const runOf = (value: number): ReturnType<typeof drawnRun> =>
    drawnRun(drawnSamples(new Array<number>(6).fill(value)), { uses });
  expect(compareRuns(runOf(a), runOf(b)).verdict).toBe(verdict);
});

const perSecond = (better: 'lower' | 'higher', ...values: readonly number[]) =>
  drawnRun(drawnSamples(values), {
    uses: [{ ...throughputUse, metrics: [{ name: 'events', unit: '1/s', better }] }],
  });

test('of events of which fewer are better, less than one a second does not count', () => {
  const none = perSecond('lower', 0, 0, 0, 0, 0);
  expect(compareRuns(none, perSecond('lower', 0.1, 0.1, 0.1, 0.1, 0.1))).toMatchObject({
    rows: [{ minimumEffect: 1, verdict: 'same' }],
  });
  expect(compareRuns(none, perSecond('lower', 3, 3.1, 3, 3.1, 3)).verdict).toBe('worse');
});

test('of a rate that is to be high a fraction of one a second may be all of it', () => {
  const rate = perSecond('higher', 1, 1, 1, 1, 1);
  expect(compareRuns(rate, perSecond('higher', 0.5, 0.5, 0.5, 0.5, 0.5)).verdict).toBe('worse');
});

test('what counts can be said', () => {
  const [a, b] = [drawnRun(around10), drawnRun(around12)];
  expect(compareRuns(a, b, { minimumEffect: { ratio: 0.5 } }).verdict).toBe('same');
  expect(compareRuns(a, b, { minimumEffect: { seconds: 0.005 } }).verdict).toBe('same');
  expect(compareRuns(a, b, { alpha: 0.001 }).verdict).toBe('inconclusive');
});

test.each([
  ['by default a fifth of a millisecond counts', {}, 'same'],
  ['a share alone is that share', { ratio: 0.1 }, 'worse'],
  ['a time alone is that time', { seconds: 0.0001 }, 'worse'],
  ['of both the greater counts', { ratio: 0.1, seconds: 0.0002 }, 'same'],
] as const)('of a short time, %s', (_, minimumEffect, verdict) => {
  const [a, b] = [drawnRun(ms(0.05, 0.051, 0.049, 0.05, 0.05)), drawnRun(ms(0.2, 0.21, 0.19, 0.2, 0.2))];
  expect(compareRuns(a, b, { minimumEffect }).verdict).toBe(verdict);
});

test('of a time alone nothing follows for what is no time', () => {
  const runOf = (mega: number): ReturnType<typeof drawnRun> =>
    drawnRun(drawnSamples(new Array<number>(5).fill(mega * 1e6)), { uses: [throughputUse] });
  const options = { minimumEffect: { seconds: 0.002 } };
  expect(compareRuns(runOf(100), runOf(98), options).rows).toMatchObject([
    { minimumEffect: 5e6, verdict: 'same' },
  ]);
});

/** Places that differ in their path and placement, each with five samples. */
const places = (['pod', 'service', 'host-network'] as const).flatMap((path) =>
  (['same-node', 'other-node', 'other-zone'] as const).map((placement) => ({ path, placement })),
);
const everywhere = (valuesOf: (place: number) => readonly DrawnSample[]): ReturnType<typeof drawnRun> =>
  drawnRun(places.flatMap((place, index) => valuesOf(index).map((sample) => ({ ...sample, ...place }))));

test('one row of nine that is apart may be chance with five samples, and with six is none', () => {
  const five = compareRuns(
    everywhere(() => around10),
    everywhere((place) => (place === 4 ? around12 : around10)),
  );
  expect(five).toMatchObject({ verdict: 'inconclusive', tested: 9 });
  expect(five.rows[4]).toMatchObject({
    p: expect.closeTo(2 / 252, 12),
    adjustedP: expect.closeTo(18 / 252, 12),
    why: expect.stringMatching(
      /^higher by .*; but p is 0\.071 among 9 tests, of which 6 samples a side can always tell$/,
    ),
  });
  const six = (samples: readonly DrawnSample[]): readonly DrawnSample[] => [...samples, samples[2]!];
  const more = compareRuns(
    everywhere(() => six(around10)),
    everywhere((place) => six(place === 4 ? around12 : around10)),
  );
  expect(more.rows.map(({ verdict }) => verdict)).toEqual(
    places.map((_, place) => (place === 4 ? 'worse' : 'same')),
  );
  expect(more).toMatchObject({
    verdict: 'worse',
    why: 'of 9 compared: 1 worse, 8 same; p is adjusted for 9 tests (Benjamini and Hochberg)',
  });
});

test('nine rows that are all apart are told with four samples', () => {
  const four = (samples: readonly DrawnSample[]): readonly DrawnSample[] => samples.slice(0, 4);
  const { rows } = compareRuns(
    everywhere(() => four(around10)),
    everywhere(() => four(around12)),
  );
  expect(rows.every(({ verdict }) => verdict === 'worse')).toBe(true);
});

test.each<[readonly Verdict[], Verdict]>([
  [['same', 'same'], 'same'],
  [['same', 'better'], 'better'],
  [['better', 'inconclusive'], 'inconclusive'],
  [['inconclusive', 'worse'], 'worse'],
  [['better', 'worse'], 'worse'],
])('rows that are %p make a comparison that is %s', (verdicts, whole) => {
  const after = {
    same: around10,
    better: ms(8, 8.1, 7.9, 8, 8),
    worse: around12,
    inconclusive: ms(9, 13, 10, 11, 7),
  };
  const comparison = compareRuns(
    everywhere((place) => (verdicts[place] === undefined ? [] : around10)),
    everywhere((place) => (verdicts[place] === undefined ? [] : after[verdicts[place]])),
  );
  expect(comparison.rows.map(({ verdict }) => verdict)).toEqual(verdicts);
  expect(comparison.verdict).toBe(whole);
});

test('the first metric is compared, or all of them', () => {
  const metrics = [...roundTripUse.metrics, { name: 'p99', unit: 's', better: 'lower' } as const];
  const run = drawnRun(
    around10.map(({ value = 0 }) => ({ values: { round_trip_median: value, p99: 2 * value } })),
    { uses: [{ ...roundTripUse, metrics }] },
  );
  expect(compareRuns(run, run).rows.map(({ metric }) => metric.name)).toEqual(['round_trip_median']);
  expect(compareRuns(run, run, { metrics: 'all' }).rows.map(({ metric }) => metric.name)).toEqual([
    'round_trip_median',
    'p99',
  ]);
});

test('what A alone has measured keeps B from being the same, and what B alone has is told', () => {
  const comparison = compareRuns(
    drawnRun([...around10, { ...failed, path: 'service' }]),
    drawnRun([...around10, { value: 1, condition: 'slow' }]),
  );
  expect(comparison.rows).toMatchObject([
    { path: 'pod', verdict: 'same' },
    {
      path: 'service',
      ...{ a: { n: 0, failed: 1 }, b: { n: 0, failed: 0, invalid: 0, median: undefined } },
      ...{ verdict: 'inconclusive', why: 'B has not measured it', p: undefined },
    },
  ]);
  expect(comparison).toMatchObject({ verdict: 'inconclusive', tested: 1 });
  expect(comparison.differences).toContainEqual({
    what: 'measured there alone',
    a: 'rr (probe-tcp-rr) service other-node none',
    b: 'rr (probe-tcp-rr) pod other-node slow',
  });
});

test('a use that has become another benchmark is not measured any more', () => {
  const uses = [roundTripUse, { ...roundTripUse, name: 'web', benchmark: 'fortio-http' }];
  const web = around10.map((sample) => ({ ...sample, use: 'web' }));
  const [before, after] = [
    uses,
    [roundTripUse, { ...roundTripUse, name: 'web', benchmark: 'probe-http' }],
  ].map((its) => drawnRun([...around10, ...web], { uses: its })) as [
    ReturnType<typeof drawnRun>,
    ReturnType<typeof drawnRun>,
  ];
  const { rows, differences } = compareRuns(before, after);
  expect(rows.map(({ use, verdict }) => [use, verdict])).toEqual([
    ['rr', 'same'],
    ['web', 'inconclusive'],
  ]);
  expect(differences).toContainEqual({
    what: 'measured there alone',
    a: 'web (fortio-http) pod other-node none',
    b: 'web (probe-http) pod other-node none',
  });
});

/** Five samples around 0.3 ms of each of so many pairs, w0 to s0, w1 to s1 and so on; of some pairs others. */
const pairsOf = (
  count: number,
  others: Readonly<Record<number, readonly DrawnSample[]>> = {},
): ReturnType<typeof drawnRun> =>
  drawnRun(
    Array.from({ length: count }, (_, pair) =>
      (others[pair] ?? ms(0.3, 0.31, 0.29, 0.305, 0.295)).map((sample) => ({
        ...sample,
        ...{ client: `w${pair}`, server: `s${pair}` },
      })),
    ).flat(),
  );
const slower = ms(20.3, 20.31, 20.29, 20.305, 20.295);

test.each<[number, Verdict]>([
  [4, 'worse'],
  [6, 'worse'],
  // Wholly apart, but with five samples among so many pairs that may be chance.
  [10, 'inconclusive'],
  [28, 'inconclusive'],
])('one pair of %i that has become slow is seen, and has its name', (count, verdict) => {
  const comparison = compareRuns(pairsOf(count), pairsOf(count, { 2: slower }));
  expect(comparison.verdict).toBe(verdict);
  expect(comparison.rows).toHaveLength(count);
  expect(comparison.rows.filter((row) => row.verdict !== 'same')).toMatchObject([
    { client: 'w2', server: 's2', pairs: 1, shift: expect.closeTo(0.02, 6), verdict },
  ]);
  // Of all pairs together it is not seen: that is why they are not.
  expect(compareRuns(pairsOf(count), pairsOf(count, { 2: slower }), { by: 'pool' }).rows).toMatchObject([
    { client: undefined, pairs: count, verdict: 'same', why: expect.stringMatching(/ pairs together$/) },
  ]);
});

test('all pairs that have become slow are told, however many', () => {
  const all = Object.fromEntries(Array.from({ length: 28 }, (_, pair) => [pair, slower]));
  const { rows } = compareRuns(pairsOf(28), pairsOf(28, all));
  expect(rows.every(({ verdict }) => verdict === 'worse')).toBe(true);
});

test('a pair that does not work any more is seen among many', () => {
  const { rows, verdict } = compareRuns(pairsOf(28), pairsOf(28, { 5: failures(5) }));
  expect(verdict).not.toBe('same');
  expect(rows.find(({ client }) => client === 'w5')).toMatchObject({
    ...{ b: { n: 0, failed: 5 }, pairs: 1 },
    why: expect.stringMatching(/^failed: 5 of 5 samples of B/),
  });
});

test('a pair of which nothing is to be believed is taken together with others, and is no failure', () => {
  const { rows, verdict } = compareRuns(pairsOf(3), pairsOf(3, { 1: unbelieved(5) }));
  expect(rows).toMatchObject([
    { client: 'w0' },
    { client: 'w2' },
    { client: 'w1', b: { failed: 0, invalid: 5 } },
  ]);
  expect(rows[2]).toMatchObject({ verdict: 'inconclusive' });
  expect(verdict).toBe('inconclusive');
});

test('pairs with fewer than four samples are taken together, and that is said', () => {
  const few = ms(0.3, 0.31);
  const comparison = compareRuns(pairsOf(4, { 1: few, 3: few }), pairsOf(4, { 1: few, 3: few }));
  expect(comparison.rows).toMatchObject([
    { client: 'w0', pairs: 1 },
    { client: 'w2', pairs: 1 },
    { client: undefined, server: undefined, pairs: 2, a: { n: 4 }, b: { n: 4 } },
  ]);
  expect(comparison.rows[2]?.why).toMatch(/; 2 pairs together$/);
  expect(comparison.why).toMatch(/; in 1 of them several pairs are together/);
});

test('pairs that B has not measured keep it from being the same', () => {
  const { rows, verdict } = compareRuns(pairsOf(4), pairsOf(2));
  expect(rows.map((row) => row.verdict)).toEqual(['same', 'same', 'inconclusive']);
  expect(rows[2]).toMatchObject({ pairs: 2, why: 'B has not measured it; 2 pairs together' });
  expect(verdict).toBe('inconclusive');
});

test('runs between other workers are compared with all pairs together', () => {
  const { manifest, samples } = pairsOf(3, { 0: around10, 1: around10, 2: around10 });
  const renamed = samples.map((sample) => ({ ...sample, client: `new-${sample.client}` }));
  expect(compareRuns({ manifest, samples }, { manifest, samples: renamed }).rows).toMatchObject([
    { client: undefined, pairs: 6, a: { n: 15 }, b: { n: 15 }, verdict: 'same' },
  ]);
});

test('runs that have nothing in common are not compared', () => {
  const other = drawnRun(drawnSamples([1e6]), { uses: [throughputUse] });
  expect(() => compareRuns(drawnRun(around10), other)).toThrow(
    expect.objectContaining({ code: 'not-comparable' }),
  );
  expect(() => compareConditions(drawnRun(around10), 'none', 'slow')).toThrow(
    expect.objectContaining({ code: 'not-comparable', detail: expect.stringContaining('(slow)') }),
  );
});

test('two conditions of one run are compared, and nothing but the condition differs', () => {
  const slow = around12.map((sample) => ({ ...sample, condition: 'slow' }));
  const comparison = compareConditions(drawnRun([...around10, ...slow]), 'none', 'slow');
  expect(comparison).toMatchObject({
    a: 'quick-20261121-120000-abcd (none)',
    b: 'quick-20261121-120000-abcd (slow)',
    differences: [{ what: 'condition', a: 'none', b: 'slow' }],
    rows: [{ condition: 'none | slow', verdict: 'worse' }],
  });
});

/** Lognormal around 10 ms; `wild` of them take up to three times as long. */
function lognormal(random: Random, spread: number, wild = 0): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return 0.01 * Math.exp(spread * normal) * (random() < wild ? 1 + 2 * random() : 1);
}

/** How often each verdict comes of 300 pairs of runs, with `n` samples each; B is shifted by a factor. */
function verdictsOf(n: number, spread: number, wild: number, shifted = 1): Record<Verdict, number> {
  const random = seededRandom(n + 1000 * spread + 7 * wild);
  const counts = { better: 0, worse: 0, same: 0, inconclusive: 0 };
  for (let pair = 0; pair < 300; pair += 1) {
    const draw = (factor: number): ReturnType<typeof drawnRun> =>
      drawnRun(drawnSamples(Array.from({ length: n }, () => factor * lognormal(random, spread, wild))));
    counts[compareRuns(draw(1), draw(shifted)).verdict] += 1;
  }
  return counts;
}

describe('of 300 pairs of runs', () => {
  test.each([
    ['spread by 3 %', 0.03, 0, 240],
    ['spread by 3 %, one in ten wild', 0.03, 0.1, 150],
    ['spread by 10 %', 0.1, 0, 0],
  ])('of the same thing, %s, hardly any is told apart', (_, spread, wild, leastSame) => {
    const { better, worse, same } = verdictsOf(10, spread, wild);
    // 5 % of 300 are 15, and 4 is one standard deviation.
    expect(better + worse).toBeLessThanOrEqual(23);
    expect(same).toBeGreaterThanOrEqual(leastSame);
  });

  test('what varies by 10 % is seldom called the same within 5 %', () => {
    expect(verdictsOf(10, 0.1, 0).same).toBeLessThan(30);
  });

  test.each([
    [5, 0.03],
    [10, 0.03],
    [10, 0.1],
  ])('of %p samples that spread by %p and shift by ten times that, each is told', (n, spread) => {
    expect(verdictsOf(n, spread, 0, 1 + 10 * spread).worse).toBe(300);
  });

  test('that differ by just what counts, hardly any is called the same, or worse', () => {
    const { same, worse, better } = verdictsOf(10, 0.03, 0, 1.05);
    expect(better).toBe(0);
    // One-sided tests at 5 %: of 300 are 15, and 4 is one standard deviation.
    expect(same).toBeLessThanOrEqual(27);
    expect(worse).toBeLessThanOrEqual(23);
  });
});
