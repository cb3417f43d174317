import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CommandLine } from '../../test/command-line';
import { KeptRuns, roundTrips } from '../../test/kept-runs';

let runs: KeptRuns;
const line = new CommandLine();
beforeEach(() => void (runs = new KeptRuns()));
afterEach(() => runs.remove());

test('runs are listed, the last begun first, and failures are counted', async () => {
  await runs.keep('early', roundTrips(0.2, 2), { startedAt: '2026-01-01T00:00:00.000Z' });
  await runs.keep('late', [{ ms: 0.2 }, { status: 'tool_error' }], {
    ...{ startedAt: '2026-01-02T00:00:00.000Z', phase: 'aborted', planned: 9 },
  });
  const { stdout } = await line.run(runs.line('bench list'));
  expect(stdout).toMatch(
    /^RUN +PHASE +STARTED +SAMPLES +FAILED +WORKERS\nlate +aborted +2026-01-02T00:00:00Z +2\/9 +1 +2\nearly +finished .* 2\/2 +0 +2\n$/,
  );
  expect(await line.json(runs.line('bench list'))).toMatchObject({
    runs: [{ run: 'late', phase: 'aborted', benchmarks: ['netperf-tcp-rr'] }, { run: 'early' }],
    unreadable: [],
  });
});

test('one that cannot be read is told, and hides no other', async () => {
  await runs.keep('good', []);
  await runs.keep('broken', []);
  await writeFile(join(runs.results, 'broken/manifest.json'), '{}');
  const { code, stdout, stderr } = await line.run(runs.line('bench list'));
  expect(stdout).toContain('\ngood ');
  expect(stderr).toMatch(/^warning: .*broken/);
  expect(code).toBe(0);
  expect(await line.json(runs.line('bench list'))).toMatchObject({
    unreadable: [{ problem: { code: 'invalid-run' } }],
  });
});

test('without runs it says how to make one', async () => {
  const { stdout, stderr } = await line.run(runs.line('bench list'));
  expect(stdout).toBe('');
  expect(stderr).toContain('"podlag bench run -f FILE" makes one');
});

test('--benchmarks lists what a scenario can name, with the first figure of each', async () => {
  const { stdout } = await line.run('bench list --benchmarks');
  for (const name of [
    'iperf3-tcp',
    'netperf-tcp-rr',
    'netperf-tcp-stream',
    'qperf-tcp',
    'fortio-tcp',
    'fortio-http',
  ])
    expect(stdout).toMatch(new RegExp(`^${name} `, 'm'));
  expect(stdout).toMatch(/^probe-tcp-rr .* round_trip_median \(s\)$/m);
});

test('--benchmarks as a document has every metric, with its meaning and its ports', async () => {
  const { stdout } = await line.run('bench list --benchmarks -o json');
  const { benchmarks } = JSON.parse(stdout) as { benchmarks: readonly { name: string }[] };
  expect(benchmarks.find(({ name }) => name === 'qperf-tcp')).toMatchObject({
    metrics: [{ unit: 's', better: 'lower', roundTrips: 0.5, meaning: expect.any(String) }, { unit: 'B/s' }],
    ports: expect.arrayContaining([{ port: 19765, protocol: 'tcp' }]),
  });
});
