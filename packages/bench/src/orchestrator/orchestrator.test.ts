import { existsSync } from 'node:fs';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readRun, manifestFile, samplesFile } from '../record/run';
import { RunFolder } from '../record/run-folder';
import { runBed, type BedOptions, type RunBed } from './testing/run-bed';

// Real processes and sockets: what they take depends on who else uses the machine.
jest.retryTimes(1, { logErrorsBeforeRetry: true });

jest.setTimeout(60_000);

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

async function bed(options: BedOptions = {}): Promise<RunBed> {
  const made = await runBed(options);
  closers.push(() => made.close());
  return made;
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 10));
}

/** On a machine that is busy with other tests the measurer may say that it is not to be believed. */
const measured = expect.stringMatching(/^(ok|invalid)$/);

test('every trial of the plan becomes a sample with figure, command line and output', async () => {
  const { orchestrator, folder } = await bed();
  const manifest = await orchestrator.run();
  const { samples } = await readRun(folder.path);
  expect(manifest).toMatchObject({ phase: 'finished', planned: 2, samples: 2, leftOut: [] });
  expect(manifest.workers).toMatchObject([
    { name: 'a', addresses: ['127.0.0.1'], tools: { steady: { version: '1.0' } } },
    { name: 'b' },
  ]);
  expect(samples.map(({ seq }) => seq)).toEqual([0, 1]);
  expect(samples[0]).toMatchObject({
    status: measured,
    values: { seconds: 0.001 },
    argv: expect.arrayContaining(['steady']),
    exitCode: 0,
    raw: { stdout: '{"seconds":0.001}\n', truncated: false, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    selfCheck: { reasons: expect.any(Array) },
  });
});

test.each([
  ['an output that is not understood', 'garbled', 'parse_error', /^unreadable-output: .*nan is no document/],
  ['a tool that ends badly', 'broken', 'tool_error', /^tool-failed: .*no route to host/],
])('%s is a failure with its output and no figure', async (_, benchmark, status, problem) => {
  const { orchestrator, folder } = await bed({ scenario: { benchmarks: [benchmark], repeats: 1 } });
  expect(await orchestrator.run()).toMatchObject({ phase: 'finished', samples: 1, failed: 1 });
  const sample = (await readRun(folder.path)).samples[0]!;
  expect(sample.status).toBe(status);
  expect(`${sample.problem!.code}: ${sample.problem!.detail}`).toMatch(problem);
  expect(sample).not.toHaveProperty('values');
});

test('disjoint pairs measure at once', async () => {
  const workers = ['a', 'b', 'c', 'd'];
  const { orchestrator, folder } = await bed({ workers, scenario: { repeats: 1 } });
  await orchestrator.run();
  const { samples } = await readRun(folder.path);
  const rounds = Map.groupBy(samples, ({ round }) => round);
  expect(rounds.size).toBe(3);
  for (const pair of rounds.values())
    expect(new Set(pair.flatMap(({ client, server }) => [client, server])).size).toBe(4);
});

test('a worker that does not come fails its own trials and no others', async () => {
  const { orchestrator, folder } = await bed({
    ...{ workers: ['a', 'b', 'c'], absent: ['c'], scenario: { repeats: 1 } },
    orchestrator: { workersWithinMs: 1_500 },
  });
  const manifest = await orchestrator.run();
  expect(manifest.phase).toBe('finished');
  expect(manifest.workers.find(({ name }) => name === 'c')?.lost).toBe('it has not come in time');
  const { samples } = await readRun(folder.path);
  const [lost, others] = [true, false].map((isLost) =>
    samples.filter(({ client, server }) => (client === 'c' || server === 'c') === isLost),
  );
  const failure = { status: 'tool_error', problem: { code: 'worker-lost' } };
  expect(lost).toMatchObject([failure, failure]);
  expect(others).toMatchObject([{ status: measured }]);
});

test('without any worker the run fails, and says who is missing', async () => {
  const { orchestrator } = await bed({ absent: ['a', 'b'], orchestrator: { workersWithinMs: 50 } });
  expect(await orchestrator.run()).toMatchObject({
    phase: 'failed',
    problem: { code: 'worker-lost', detail: expect.stringContaining('worker a, worker b') },
  });
});

test.each(['client', 'server'] as const)(
  'when the %s is lost in mid-trial the trial fails at once, and goes on when it is back',
  async (role) => {
    const { orchestrator, folder, workers, slowStarted } = await bed({
      // By this seed the slow one is first.
      scenario: { benchmarks: ['slow', 'steady'], repeats: 1, seed: 8 },
    });
    const ended = orchestrator.run();
    await until(() => existsSync(slowStarted));
    const [line = ''] = orchestrator.status().now;
    const [, client = '', server = ''] = /: (\S+) -> (\S+)$/.exec(line) ?? [];
    const lost = workers[role === 'client' ? client : server]!;
    await lost.stop();
    lost.start();
    expect(await ended).toMatchObject({ phase: 'finished', samples: 2 });
    const { samples } = await readRun(folder.path);
    expect(samples).toMatchObject([
      { use: 'slow', status: 'tool_error', problem: { code: 'worker-lost' } },
      { use: 'steady', status: measured },
    ]);
  },
);

/** Of a run of many trials one worker is gone for good as soon as one is measured. */
async function forsakenRun(scenario: Readonly<Record<string, unknown>>) {
  const made = await bed({ scenario: { repeats: 1000, ...scenario } });
  const ended = made.orchestrator.run();
  await until(() => made.orchestrator.status().done > 0);
  await made.workers.b!.stop();
  await until(() => made.orchestrator.status().now.some((line) => line.startsWith('waiting')));
  return { ...made, ended };
}

test('while a lost worker is waited for the status says so, and an abort ends that', async () => {
  const { orchestrator, ended } = await forsakenRun({});
  const { now, done } = orchestrator.status();
  expect(now).toEqual([expect.stringMatching(/^waiting for worker b: it/)]);
  orchestrator.abort('somebody has pressed Ctrl-C');
  expect(await ended).toMatchObject({ phase: 'aborted', planned: 1000, samples: done });
});

test('the budget goes on while a lost worker is waited for, and what it ends is left out', async () => {
  const { ended } = await forsakenRun({ budget: '4s' });
  const { phase, samples, leftOut, startedAt, endedAt = '' } = await ended;
  expect(phase).toBe('finished');
  expect(Date.parse(endedAt) - Date.parse(startedAt)).toBeLessThan(20_000);
  expect(leftOut).toEqual([`the budget of 4s is spent: ${1000 - samples} of 1000 trials were not measured`]);
});

test('a server that ends while it is measured fails the trial at once, and is quoted', async () => {
  const { orchestrator, folder } = await bed({ scenario: { benchmarks: ['forsaken'], repeats: 1 } });
  expect(await orchestrator.run()).toMatchObject({ phase: 'finished', samples: 1, failed: 1 });
  const [sample] = (await readRun(folder.path)).samples;
  expect(sample).toMatchObject({
    status: 'tool_error',
    // Its client has run, and was cancelled.
    argv: expect.arrayContaining(['forsaken']),
    problem: {
      code: 'tool-failed',
      detail: expect.stringMatching(
        /^server on worker [ab], while it was measured: .* ended with exit code 9; it said: out of memory$/,
      ),
    },
  });
});

test('an aborted run cancels what runs, and says why', async () => {
  const { orchestrator, folder, slowStarted } = await bed({ scenario: { benchmarks: ['slow'] } });
  const ended = orchestrator.run();
  await until(() => existsSync(slowStarted));
  orchestrator.abort('somebody has pressed Ctrl-C');
  expect(await ended).toMatchObject({
    phase: 'aborted',
    problem: { code: 'run-aborted', detail: 'somebody has pressed Ctrl-C' },
    endedAt: expect.any(String),
  });
  expect((await readRun(folder.path)).samples).toEqual([]);
  expect(orchestrator.status()).toMatchObject({
    ...{ phase: 'aborted', planned: 2, done: 0, secondsLeft: 0, now: [] },
  });
});

test('a cell that has enough is measured no more, and the manifest says why', async () => {
  const { orchestrator } = await bed({
    scenario: { repeats: 20, enough: { halfWidth: '5%', atLeast: 4 } },
  });
  expect(await orchestrator.run()).toMatchObject({
    ...{ phase: 'finished', planned: 20, samples: 4 },
    leftOut: [
      expect.stringMatching(/^steady pod other-node none, . -> .: the median is known to ±0% after 4/),
    ],
  });
});

test('after the budget no trial begins, and the manifest says how many are left', async () => {
  const { orchestrator } = await bed({ scenario: { repeats: 1000, budget: '1s' } });
  const { phase, samples, leftOut } = await orchestrator.run();
  expect(phase).toBe('finished');
  expect(samples).toBeLessThan(1000);
  expect(leftOut).toEqual([`the budget of 1s is spent: ${1000 - samples} of 1000 trials were not measured`]);
});

test('a run whose orchestrator was killed goes on where it was, and repeats nothing', async () => {
  const { orchestrator, folder, again } = await bed({ scenario: { repeats: 6 } });
  const before = await orchestrator.run();
  const file = join(folder.path, samplesFile);
  const lines = (await readFile(file, 'utf8')).split('\n');
  // As a kill leaves it: three whole lines, half a line, and a manifest that says running.
  await writeFile(file, `${lines.slice(0, 3).join('\n')}\n`);
  await appendFile(file, lines[3]!.slice(0, 40));
  const running = { ...before, phase: 'running', endedAt: undefined };
  await writeFile(join(folder.path, manifestFile), JSON.stringify(running));

  const after = await again(await RunFolder.reopen(folder.path)).run();
  expect(after).toMatchObject({ phase: 'finished', startedAt: before.startedAt, planned: 6, samples: 6 });
  const { samples } = await readRun(folder.path);
  expect(new Set(samples.map(({ trial }) => trial)).size).toBe(6);
  expect((await readFile(file, 'utf8')).split('\n').slice(0, 3)).toEqual(lines.slice(0, 3));
});

test('a run that has ended is not begun again', async () => {
  const { orchestrator, folder, again } = await bed();
  const first = await orchestrator.run();
  expect(await again(await RunFolder.reopen(folder.path)).run()).toEqual(first);
});

test('a plan that cannot be placed is a failed run, told where its end is looked for', async () => {
  const { orchestrator } = await bed({ scenario: { placements: ['same-node'] } });
  expect(await orchestrator.run()).toMatchObject({ phase: 'failed', problem: { code: 'cannot-place' } });
  expect(orchestrator.status()).toMatchObject({ phase: 'failed', problem: { code: 'cannot-place' } });
});
