import { LatencyHistogram } from '../record/histogram';
import type { Sample } from '../record/sample';
import { runWith } from '../record/testing';
import { markdownOf, runTable } from './run-table';

const repeats = (count: number, median: number, overrides: Partial<Sample> = {}): Partial<Sample>[] =>
  Array.from({ length: count }, (_, index) => ({
    values: { round_trip_median: median + index * 1e-6, transactions: 1 / median },
    ...overrides,
  }));

function histogramOf(...seconds: number[]): string {
  const histogram = new LatencyHistogram();
  for (const value of seconds) histogram.record(value);
  return histogram.encode();
}

test('what is the same in all rows is said once; n and failed are always shown', () => {
  const run = runWith([
    ...repeats(5, 0.000202),
    ...repeats(5, 0.020202, { condition: 'slow' }),
    { status: 'timeout', condition: 'slow' },
  ]);
  expect(runTable(run)).toBe(
    `cross-node-20260102-030405-ab12: finished, 11 of 11 samples, 1 failed, pw-0 -> pw-1

in all rows: use netperf-tcp-rr, metric round_trip_median, path pod, placement other-node, unit ms

CONDITION  MEDIAN  95 % INTERVAL   N  FAILED
none        0.204  0.202 to 0.206  5       0
slow         20.2  20.2 to 20.2    5       1

1 failed, netperf-tcp-rr: timeout: netperf did not end in 12 s (See that it is reached.)
`,
  );
});

test('what was not measured has no figure, and is there', () => {
  const text = runTable(runWith([{ status: 'timeout' }, { status: 'tool_error' }]));
  expect(text).toContain(', unit s\n\nMEDIAN  INTERVAL  N  FAILED\n     -  -         0       2\n');
});

test('percentiles stand where there are histograms, and nowhere else', () => {
  const histogram = histogramOf(...Array.from({ length: 100 }, (_, index) => (index + 1) * 1e-6));
  const text = runTable(
    runWith([...repeats(4, 0.00005, { histogram }), ...repeats(4, 0.00005, { path: 'service' })]),
  );
  expect(text).toMatch(/^PATH +MEDIAN +95 % INTERVAL +P99 +N +FAILED$/m);
  expect(text).toMatch(/^pod .* 99\.\d +4 +0$/m);
  expect(text).toMatch(/^service .* - +4 +0$/m);
  expect(runTable(runWith(repeats(4, 0.00005)))).not.toContain('P99');
});

test('wide tells each pair, each metric, and the failures by their kind; workers as people count', () => {
  const run = runWith([
    ...repeats(4, 0.000202, { client: 'pw-10' }),
    ...repeats(4, 0.000202, { client: 'pw-9' }),
    { status: 'timeout', client: 'pw-9' },
    { status: 'tool_error', client: 'pw-9' },
  ]);
  const lines = runTable(run, { wide: true }).split('\n');
  const rows = lines.filter((line) => line.startsWith('round_trip') || line.startsWith('trans'));
  expect(rows.map((line) => line.split(/ +/).slice(0, 2).join(' '))).toEqual([
    'round_trip_median pw-9',
    'round_trip_median pw-10',
    'transactions pw-9',
    'transactions pw-10',
  ]);
  expect(rows[0]).toContain('timeout 1, tool_error 1');
  expect(rows[2]).toContain('k/s');
});

test('a reader is told why it ended, who was lost, what is left out, and whether company shows', () => {
  const company = [
    ...repeats(6, 0.0002, { purpose: 'alone' }),
    ...repeats(6, 0.0004, { purpose: 'company' }).flatMap((sample, index) => [
      { ...sample, round: 100 + index },
      { ...sample, round: 100 + index, client: 'pw-2', server: 'pw-3' },
    ]),
  ];
  const run = runWith([...repeats(4, 0.0002), ...company], {
    phase: 'aborted',
    problem: { code: 'run-aborted', detail: 'Ctrl-C', hint: 'What was measured is there' },
    leftOut: ['host-network on the same node: one worker each'],
    workers: [],
  });
  expect(runTable(run)).toContain(
    [
      'aborted: Ctrl-C. What was measured is there',
      'not measured: host-network on the same node: one worker each',
      'netperf-tcp-rr: pairs measured at once change each other, round_trip_median by 98.8 %: `parallel: false`',
    ].join('\n'),
  );
});

test('where nothing is seen of company, the note says what that means', () => {
  const company = repeats(4, 0.0002, { purpose: 'company' }).flatMap((sample, index) => [
    { ...sample, round: 100 + index },
    { ...sample, round: 100 + index, client: 'pw-2', server: 'pw-3' },
  ]);
  expect(runTable(runWith([...repeats(4, 0.0002, { purpose: 'alone' }), ...company]))).toContain(
    '\nnetperf-tcp-rr: no interference seen between pairs measured at once (change below 5 % or p >= 0.05)\n',
  );
});

test('samples that had less company than planned are told', () => {
  const other = { client: 'pw-2', server: 'pw-3' };
  const [good, late] = repeats(2, 0.0002);
  const resumed = { startedAt: '2026-01-02T04:04:05.000Z', endedAt: '2026-01-02T04:04:16.500Z' };
  const note = 'measured with less company than planned: others of their round could not run, or';
  const whole = [
    { ...good, round: 0 },
    { ...late, ...other, round: 0 },
  ];
  expect(runTable(runWith(whole))).not.toContain('less company');
  expect(
    runTable(runWith([...whole, { ...good, round: 1 }, { ...other, status: 'tool_error', round: 1 }])),
  ).toContain(`\n1 sample was ${note}`);
  expect(
    runTable(runWith([...whole, { ...good, round: 1 }, { ...late, ...other, ...resumed, round: 1 }])),
  ).toContain(`\n2 samples were ${note}`);
});

test('of very many kinds of failures the most frequent are told, and how many more there are', () => {
  const failures = Array.from({ length: 20 }, (_, index) => ({
    status: 'tool_error' as const,
    problem: { code: 'tool-failed', detail: `way ${'abcdefghijkl'[Math.min(index, 11)]!}`, hint: '' },
  }));
  const text = runTable(runWith(failures));
  expect(text).toContain('9 failed, netperf-tcp-rr: tool_error: way l\n');
  expect(text).toContain('4 failed in other ways: they stand in samples.ndjson\n');
});

test('failures that differ by a number alone are of one kind', () => {
  const failures = [52, 60.5, 82].map((ms) => ({
    status: 'invalid' as const,
    problem: { code: 'invalid-measurement', detail: `late by ${ms} ms`, hint: 'Give it more CPU.' },
  }));
  expect(runTable(runWith(failures))).toContain(
    '\n3 failed, netperf-tcp-rr: invalid: late by 52 ms, and alike (Give it more CPU.)\n',
  );
});

test('samples that are gone from a run that is over are told, and those on their way are not', () => {
  const samples = repeats(4, 0.0002);
  const note = 'of 6 samples that the manifest counts, 2 are not in samples.ndjson';
  expect(runTable(runWith(samples, { samples: 6 }))).toContain(`\n${note}\n`);
  expect(runTable(runWith(samples, { samples: 6, phase: 'aborted' }))).toContain(`\n${note}\n`);
  expect(runTable(runWith(samples, { samples: 6, phase: 'running' }))).not.toContain('not in samples');
  expect(runTable(runWith(samples))).not.toContain('not in samples');
});

test('what a tool wrote can neither command a terminal nor mark up a pull request', () => {
  const problem = { code: 'tool-failed', detail: '\u{1b}[2J| <b> @all\n# x', hint: '' };
  const run = runWith([{ status: 'tool_error', problem }]);
  expect(runTable(run)).not.toContain('\u{1b}');
  expect(markdownOf(run)).toContain(
    '- 1 failed, netperf-tcp-rr: tool_error:  \\[2J\\| \\<b\\> @&#8203;all #&#8203; x\n',
  );
});

test('for a pull request it is the same as a table of Markdown', () => {
  expect(markdownOf(runWith(repeats(5, 0.000202)))).toBe(
    `### cross-node-20260102-030405-ab12: finished, 5 of 5 samples, 0 failed, pw-0 -\\> pw-1

in all rows: use netperf-tcp-rr, metric round_trip_median, path pod, placement other-node, condition none, unit us

| MEDIAN | 95 % INTERVAL | N | FAILED |
| --: | --- | --: | --: |
| 204 | 202 to 206 | 5 | 0 |
`,
  );
});

test('a run without samples says so', () => {
  expect(runTable(runWith([], { planned: 12, phase: 'failed' }))).toContain(
    'failed, 0 of 12 samples, 0 failed',
  );
});
