import type { UseRecord } from '../record/manifest';
import type { Sample } from '../record/sample';
import { interferenceVerdict } from './interference-verdict';

const rr: UseRecord = {
  name: 'rr',
  benchmark: 'netperf-tcp-rr',
  metrics: [{ name: 'round_trip_median', unit: 's', better: 'lower', roundTrips: 1 }],
};

function sampleOf(
  purpose: Sample['purpose'],
  value: number | undefined,
  change: Partial<Sample> = {},
): Sample {
  return {
    trial: 'any',
    run: 'run',
    use: 'rr',
    benchmark: 'netperf-tcp-rr',
    path: 'pod',
    placement: 'other-node',
    condition: 'none',
    client: 'a',
    server: 'b',
    purpose,
    block: 0,
    round: 0,
    seq: 0,
    startedAt: '2026-11-21T12:00:00.000Z',
    endedAt: '2026-11-21T12:00:01.000Z',
    status: value === undefined ? 'timeout' : 'ok',
    ...(value === undefined ? {} : { values: { round_trip_median: value } }),
    argv: [],
    raw: { stdout: '', stderr: '', sha256: '', truncated: false },
    ...change,
  };
}

/** A round of company: the pair that is watched, and another. */
const roundOf = (round: number, value: number | undefined, other: Partial<Sample> = {}) => [
  sampleOf('company', value, { round }),
  sampleOf('company', 7, { round, client: 'c', server: 'd', ...other }),
];

const samplesOf = (alone: readonly (number | undefined)[], company: readonly (number | undefined)[]) => [
  ...alone.map((value, round) => sampleOf('alone', value, { round: 100 + round })),
  ...company.flatMap((value, round) => roundOf(round, value)),
];

const later = '2026-11-21T13:00:00.000Z';
const quiet = [1.0, 1.01, 0.99, 1.02];

test.each<[string, readonly (number | undefined)[], string, string]>([
  ['half as fast again', [1.5, 1.52, 1.49, 1.51], 'company shows', '`parallel: false`'],
  ['faster is a change too', [0.5, 0.52, 0.49, 0.51], 'company shows', '`parallel: false`'],
  ['the same', [1.0, 1.015, 0.985, 1.005], 'none seen', 'change below 5 % or p >= 0.05'],
  ['surely slower, but by too little to matter', [1.03, 1.035, 1.04, 1.045], 'none seen', 'change below'],
  ['three only', [1.5, 1.5, 1.5], 'too few', '4 alone and 3 in company; it takes 4 of each'],
  ['four, of which one failed', [1.5, 1.5, 1.5, undefined], 'too few', '3 in company'],
])('in company: %s', (_, company, verdict, why) => {
  const [judged] = interferenceVerdict(samplesOf(quiet, company), [rr]);
  expect(judged).toMatchObject({ use: 'rr', metric: 'round_trip_median', verdict });
  expect(judged?.why).toContain(why);
});

test('the shift is a share of what it is alone', () => {
  const [judged] = interferenceVerdict(samplesOf([2, 2, 2, 2], [3, 3, 3, 3]), [rr]);
  expect(judged).toMatchObject({ shiftRatio: 0.5, p: expect.closeTo(2 / 70) });
});

test('the others of the round, and what was measured for the run itself, do not count', () => {
  const others = [5, 5, 5, 5].flatMap((value) => [
    sampleOf('company', value, { client: 'c', server: 'd' }),
    sampleOf('sample', value),
    sampleOf('company', value, { use: 'another' }),
  ]);
  const [judged] = interferenceVerdict([...others, ...samplesOf(quiet, quiet)], [rr]);
  expect(judged).toMatchObject({ verdict: 'none seen', alone: 4, company: 4 });
});

test('a figure that is not to be believed does not count', () => {
  const samples = [
    ...samplesOf(quiet, [1.5, 1.5, 1.5]),
    ...roundOf(9, 1.5).map((sample) => ({ ...sample, status: 'invalid' as const })),
  ];
  expect(interferenceVerdict(samples, [rr])).toMatchObject([{ verdict: 'too few', company: 3 }]);
});

test.each<[string, Partial<Sample>]>([
  ['whose companion could not run', { status: 'tool_error' }],
  ['whose companion was measured when the run was resumed', { startedAt: later, endedAt: later }],
])('a round %s is no company', (_, other) => {
  const samples = [...samplesOf(quiet, [1, 1, 1]), ...roundOf(9, 1, other)];
  expect(interferenceVerdict(samples, [rr])).toMatchObject([{ verdict: 'too few', company: 3 }]);
});

test('a companion that took too long was company', () => {
  const samples = [...samplesOf(quiet, [1, 1, 1]), ...roundOf(9, 1, { status: 'timeout' })];
  expect(interferenceVerdict(samples, [rr])).toMatchObject([{ verdict: 'none seen', company: 4 }]);
});

test('nothing is said of a use that was not checked', () => {
  expect(interferenceVerdict([sampleOf('sample', 1)], [rr])).toEqual([]);
});
