import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CommandLine } from '../../test/command-line';
import { KeptRuns, roundTrips } from '../../test/kept-runs';

const runs = new KeptRuns();
const line = new CommandLine();
beforeAll(async () => {
  await runs.keep('first-20260101-000000-aaaa', [...roundTrips(0.2, 4), { status: 'timeout' }], {
    startedAt: '2026-01-01T00:00:00.000Z',
  });
  const other = { client: 'pw-1', server: 'pw-0' };
  await runs.keep('second-20260102-000000-bbbb', [...roundTrips(0.2, 4), ...roundTrips(0.3, 4, other)]);
});
afterAll(() => runs.remove());

const show = (words: string) => line.run(runs.line(`bench show ${words}`));

test('a run is a table by default: all pairs together, each benchmark’s first metric', async () => {
  const { code, stdout, stderr } = await show('latest');
  expect(stdout).toContain('second-20260102-000000-bbbb: finished, 8 of 8 samples, 0 failed, 2 pairs');
  expect(stdout).toMatch(/MEDIAN/);
  expect(stdout).not.toContain('transactions');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
});

test('--by pair and --metrics all show more in the same table, as wide does by itself', async () => {
  const { stdout } = await show('latest --by pair --metrics all');
  expect(stdout).toContain('transactions');
  expect(stdout).toMatch(/pw-0 .*\n.*pw-1|pw-1 .*\n.*pw-0/);
  expect(stdout).not.toContain('MAD');
  expect((await show('latest -o wide')).stdout).toContain('MAD');
});

test('-o json has every figure of every pair, in SI units, and how many samples failed', async () => {
  expect(await line.json(runs.line('bench show first'))).toMatchObject({
    run: 'first-20260101-000000-aaaa',
    ...{ phase: 'finished', planned: 5, samples: 5, failed: 1, leftOut: [] },
    summaries: [
      {
        ...{
          use: 'netperf-tcp-rr',
          client: 'pw-0',
          server: 'pw-1',
          n: 4,
          failed: 1,
          failures: { timeout: 1 },
        },
        metric: { name: 'round_trip_median', unit: 's' },
        median: expect.closeTo(0.000201, 9),
      },
      { metric: { name: 'transactions', unit: '1/s' }, n: 4 },
    ],
  });
});

test('-o json pools pairs when it is asked to', async () => {
  const document = await line.json(runs.line('bench show second --by pool --metrics first'));
  expect(document).toMatchObject({ summaries: [{ n: 8 }] });
});

test.each([
  ['yaml', /^run: first-20260101-000000-aaaa\n/],
  ['markdown', /^### first-20260101-000000-aaaa: finished/],
  ['csv', /^run,seq,trial,.*\r\nfirst-20260101-000000-aaaa,0,/],
  ['junit', /^<\?xml .*<testsuites name="first-20260101-000000-aaaa" tests="5".*P50_LATENCY/s],
  ['openmetrics', /# EOF\n$/],
  ['results-json', /^\{\n {2}"results": \[\n {4}\{\n {6}"output": "P50_LATENCY/],
])('-o %s is what it says', async (format, text) => {
  const { code, stdout } = await show(`first -o ${format}`);
  expect(stdout).toMatch(text);
  expect(code).toBe(0);
});

test.each(['--by pool', '--metrics all'])('%s is refused where it would be ignored', async (flag) => {
  const { code, stderr } = await show(`first -o csv ${flag}`);
  expect(stderr).toContain('error: -o csv has everything');
  expect(code).toBe(2);
});

test('a run whose file is broken says which line, and what to do', async () => {
  const broken = new KeptRuns();
  await broken.keep('broken', roundTrips(0.2, 1));
  await writeFile(join(broken.results, 'broken/samples.ndjson'), '{"seq":0}\n{}\n');
  const { code, stderr } = await line.run(broken.line('bench show broken'));
  expect(stderr).toMatch(/^error: .*samples\.ndjson, line 1: [^]*\n {2}hint: /);
  expect(code).toBe(1);
  await broken.remove();
});
