import { createHash } from 'node:crypto';
import type { Run } from '../record/run';
import { drawnRun, drawnSamples } from '../statistics/testing/drawn-run';
import { cellReports } from './cell-report';
import { reportHtml } from './report-html';
import { measuredRun } from './testing/measured-run';

// Of two workers: of more, each page takes seconds, for each row of each pair has its interval.
const drawn = { workers: 2, failing: 0.05 };
const a = measuredRun(drawn);
const b = measuredRun({
  ...drawn,
  ...{ run: 'cross-node-20260103-030405-cd34', seed: 9, slower: 0.002 },
});
const one = reportHtml([a]);
const two = reportHtml([a, b]);

const count = (html: string, pattern: RegExp): number => html.match(new RegExp(pattern, 'g'))?.length ?? 0;
const titleOfVerdict = (html: string): string | undefined => /<h2 id="verdict-title">([^<]*)/.exec(html)?.[1];
const counted = ({ samples }: Run) => samples.filter(({ purpose }) => purpose === 'sample');
const failedOf = (run: Run) => counted(run).filter(({ status }) => status !== 'ok');

test('each sample that counts has one mark, and each that failed a cross', () => {
  expect(count(one, /<circle class="dot a"/)).toBe(counted(a).length - failedOf(a).length);
  expect(count(one, /<path class="fail a"/)).toBe(failedOf(a).length);
  expect(failedOf(a).length).toBeGreaterThan(0);
  expect(count(two, /class="dot b"/)).toBe(counted(b).length - failedOf(b).length);
});

test('each place has its strip, and a percentile curve where single measurements are told', () => {
  const cells = cellReports([a]);
  expect(count(one, /class="plot samples"/)).toBe(cells.length);
  const told = cells.filter(({ series }) => series[0]?.latencies !== undefined);
  expect(count(one, /class="plot percentiles"/)).toBe(told.length);
  expect(told.length).toBeLessThan(cells.length);
});

test('two runs begin with the verdict; what differs around them stands before any figure', () => {
  expect(titleOfVerdict(two)).toBe('B is worse than A');
  const places = ['B is worse than A', 'These differ around the two', 'SHIFT', 'plot samples'].map((text) =>
    two.indexOf(text),
  );
  expect(places).not.toContain(-1);
  expect(places).toEqual(places.toSorted((first, second) => first - second));
  expect(count(two, /class="plot distribution"/)).toBe(cellReports([a, b]).length);
});

test.each([
  [
    'a run whose conditions did what was asked',
    {},
    'Where it could be told, the conditions did what was asked',
  ],
  [
    'one whose condition asked for less than was added',
    { asked: { none: { addedRoundTrip: 0 }, slow: { addedRoundTrip: 0.01 } } },
    'Not all conditions did what was asked',
  ],
  ['one that was ended before its end', { phase: 'aborted' as const }, 'The run is aborted'],
  [
    'one that was ended with a reason',
    { phase: 'failed' as const, problem: { code: 'worker-lost', detail: 'worker-1 is gone', hint: 'h' } },
    'The run is failed: worker-1 is gone',
  ],
])('%s says so first', (_, manifest, title) => {
  expect(titleOfVerdict(reportHtml([{ ...a, manifest: { ...a.manifest, ...manifest } }]))).toBe(title);
});

test('samples that failed are not said to be missing', () => {
  expect(failedOf(a).length).toBeGreaterThan(0);
  expect(one).not.toContain('are not in samples.ndjson');
});

test('a run without samples is a page all the same', () => {
  const empty = reportHtml([drawnRun([])]);
  expect(empty).toContain('Nothing has been measured.');
  expect(empty).not.toContain('id="observed"');
});

test('where all failed there is no figure, and the reasons stand there', () => {
  const problem = { code: 'tool-timeout', detail: 'it did not end', hint: 'see why' };
  const html = reportHtml([
    drawnRun([
      { status: 'timeout', problem },
      { status: 'timeout', problem },
    ]),
  ]);
  expect(titleOfVerdict(html)).toBe('All samples failed');
  expect(html).toContain('tool-timeout: it did not end');
  expect(html).toContain('see why');
  expect(html).not.toMatch(/NaN|Infinity|undefined/);
});

test('no figure of a page is something else than a number', () => {
  for (const html of [one, two]) expect(html).not.toMatch(/NaN|Infinity|undefined|\[object/);
});

test('what a tool or a worker says is never taken for markup', () => {
  const hostile = '</title><script>alert(1)</script><img src=x onerror="alert(1)">';
  const run = drawnRun(
    [
      ...drawnSamples([1, 2, 3, 4], { argv: ['probe', hostile] }),
      { status: 'tool_error', problem: { code: 'tool-failed', detail: hostile, hint: hostile } },
    ],
    {
      leftOut: [hostile],
      kubernetes: hostile,
      scenario: { name: hostile },
      workers: [
        {
          ...{ name: hostile, node: hostile, zone: hostile, network: 'pod', addresses: [hostile] },
          ...{ tools: { [hostile]: { problem: hostile } }, environment: { kernel: hostile }, lost: hostile },
        },
      ],
    },
  );
  const html = reportHtml([run]);
  expect(html).not.toMatch(/<script|<img/i);
  expect(html).toContain('&lt;script&gt;');
});

test('the raw output of tools is not in it, and a thousand samples stay under 400 kB', () => {
  expect(one).not.toContain('what the tool wrote');
  const values = Array.from({ length: 1000 }, (_, index) => 0.0002 + (index % 7) * 1e-6);
  expect(reportHtml([drawnRun(drawnSamples(values))]).length).toBeLessThan(400_000);
});

test('the policy lets nothing load or run but the very style that stands there', () => {
  const style = /<style>(.*)<\/style>/s.exec(one)?.[1] ?? '';
  const hash = createHash('sha256').update(style).digest('base64');
  expect(one).toContain(`content="default-src &#39;none&#39;; style-src &#39;sha256-${hash}&#39;;`);
  expect(one).not.toMatch(/ style="|<link|https?:/);
});

test('the same runs make the same page', () => {
  expect(reportHtml([measuredRun(drawn)])).toBe(one);
});
