import { comparisonMarkdown, comparisonTable } from './comparison-table';
import { comparisonRow, comparisonWith } from './testing/rows';

const same = comparisonRow({
  ...{ condition: 'slow', verdict: 'same', why: 'within', shift: 0.00001, shiftRatio: 0.0005 },
  ...{
    a: { n: 5, failed: 0, invalid: 0, median: 0.0202 },
    b: { n: 5, failed: 0, invalid: 0, median: 0.0203 },
  },
  ...{ interval: { low: -0.00002, high: 0.00004, level: 0.95 }, p: 0.8, adjustedP: 0.8 },
});
const untested = comparisonRow({
  ...{
    condition: 'lossy',
    verdict: 'inconclusive',
    why: '3 samples',
    exact: undefined,
    cliffsDelta: undefined,
  },
  ...{
    a: { n: 3, failed: 0, invalid: 0, median: 0.0202 },
    b: { n: 0, failed: 5, invalid: 0, median: undefined },
  },
  ...{ shift: undefined, shiftRatio: undefined, interval: undefined, p: undefined, adjustedP: undefined },
});

test('what differs around the two comes first, then the rows, then why, then the verdict', () => {
  const differences = [{ what: 'kernel of pw-0', a: '6.1', b: '6.12' }];
  expect(comparisonTable(comparisonWith([comparisonRow(), same, untested], { differences }))).toBe(
    `A: before, B: after

These differ around the two, and may be the reason for what follows:

DIFFERS         A    B
kernel of pw-0  6.1  6.12

in all rows: use netperf-tcp-rr, metric round_trip_median, path pod, placement other-node, unit ms

CONDITION      A     B   SHIFT  SHIFT %  95 % INTERVAL          P      N  FAILED  VERDICT
none       0.204  2.21    2.01     +984  2.00 to 2.02       0.032  5 | 4   0 | 1  worse
slow        20.2  20.3  0.0100  +0.0500  -0.0200 to 0.0400    0.8  5 | 5   0 | 0  same
lossy       20.2     -       -        -  -                      -  3 | 0   0 | 5  inconclusive

netperf-tcp-rr round_trip_median, pod, other-node, none: worse: all of B lies above A
netperf-tcp-rr round_trip_median, pod, other-node, lossy: inconclusive: 3 samples

B is worse than A: 2 metrics tested at 5 %
`,
  );
});

test('where nothing differs around them, that is said', () => {
  expect(comparisonTable(comparisonWith([same]))).toContain(
    'Nothing that is recorded differs around the two.',
  );
});

test('a pair is named, and a reason stands where the same has shifted by a share that counts elsewhere', () => {
  const pair = { client: 'pw-0', server: 'pw-1', pairs: 1 };
  const floor = comparisonRow({
    ...pair,
    verdict: 'same',
    why: 'less than 200 us does not count',
    shiftRatio: 3,
  });
  const text = comparisonTable(
    comparisonWith([floor, comparisonRow({ ...pair, server: 'pw-2', verdict: 'same', shiftRatio: 0.01 })]),
  );
  expect(text).toMatch(/client pw-0.*\n\nSERVER /);
  expect(text).toContain('none, pw-0 -> pw-1: same: less than 200 us does not count\n');
  expect(text).not.toContain('pw-0 -> pw-2:');
});

test('wide has what the verdict rests on', () => {
  const text = comparisonTable(comparisonWith([comparisonRow(), same]), { wide: true });
  expect(text).toMatch(/LEAST EFFECT +CLIFF +P ALONE +TEST +P +N/);
  expect(text).toMatch(/^none .* 0\.200 +1\.00 +0\.016 +exact +0\.032 /m);
});

test('what is not to be believed stands beside what failed, where there is any', () => {
  const late = comparisonRow({ b: { n: 2, failed: 0, invalid: 3, median: 0.0202 } });
  expect(comparisonTable(comparisonWith([late]))).toMatch(
    / FAILED +INVALID +VERDICT\n.* 5 \| 2 +0 \| 0 +0 \| 3 /,
  );
  expect(comparisonTable(comparisonWith([comparisonRow()]))).not.toContain('INVALID');
});

test('samples that do not tell are said to show nothing', () => {
  expect(comparisonTable(comparisonWith([untested], { verdict: 'inconclusive' }))).toContain(
    '\nThese samples do not show whether B differs from A: ',
  );
});

test('for a pull request the bars between the two sides end no cell', () => {
  const text = comparisonMarkdown(comparisonWith([comparisonRow()]));
  expect(text).toContain('| 204 | 2211 | 2007 | +984 | 1998 to 2016 | 0.032 | 5 \\| 4 | 0 \\| 1 | worse |\n');
});
