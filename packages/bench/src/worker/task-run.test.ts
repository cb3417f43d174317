import { systemClock } from '@podlag/core';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { afterTest } from '../../test/channel/after-test';
import {
  freePort,
  isAlive,
  testBenchmark,
  testProgram,
  testTask,
  until,
} from '../../test/channel/test-benchmark';
import type { Benchmark } from '../benchmark/benchmark';
import type { TaskOutcome, TaskRequest, TaskRole } from '../channel/task';
import { benchErrors } from '../bench-errors';
import { TaskRun } from './task-run';

// Real processes and sockets: what they take depends on who else uses the machine.
jest.retryTimes(1, { logErrorsBeforeRetry: true });

// Programs are started here, and the machine may be busy.
jest.setTimeout(60_000);

interface Run {
  readonly benchmark?: Benchmark;
  readonly role?: TaskRole;
  readonly task?: Partial<TaskRequest>;
  readonly onReady?: () => void;
}

function start({
  benchmark = testBenchmark(),
  role = 'client',
  task,
  onReady = () => undefined,
}: Run): TaskRun {
  const means = {
    benchmarks: [benchmark],
    probeProgram: testProgram,
    path: '/usr/bin:/bin',
    clock: systemClock,
  };
  const run = new TaskRun(role, testTask(task), means, onReady);
  afterTest(async () => {
    run.cancel();
    await run.outcome;
  });
  return run;
}

const client = (...args: readonly string[]): Run => ({ benchmark: testBenchmark({ client: args }) });

test('of ten megabytes of output 64 KiB are kept, and all are in the hash', async () => {
  const outcome = await start(client('flood', '10000000')).outcome;
  expect(outcome).toMatchObject({ status: 'exit', exitCode: 0, truncated: true, stdout: 'x'.repeat(65_536) });
  expect(outcome.stderr).toBe('y'.repeat(16_384));
  expect(outcome.stdoutSha256).toBe(createHash('sha256').update('x'.repeat(10_000_000)).digest('hex'));
});

test('output that fits is whole', async () => {
  const outcome = await start(client('say', 'z'.repeat(65_535))).outcome;
  expect(outcome).toMatchObject({ truncated: false, stdout: `${'z'.repeat(65_535)}\n` });
});

test('a program has nothing of our environment, no input and no shell', async () => {
  const outcome = await start(client('environment', '$HOME;echo `id`')).outcome;
  expect(JSON.parse(outcome.stdout)).toEqual([
    { PATH: '/usr/bin:/bin', LANG: 'C' },
    ['environment', '$HOME;echo `id`'],
  ]);
});

test.each<[string, Run, Partial<TaskOutcome>]>([
  [
    'that fails',
    client('fail', '7'),
    {
      status: 'exit',
      exitCode: 7,
      stderr: 'something is wrong\n',
      detail: expect.stringContaining('exit code 7'),
    },
  ],
  [
    'that takes too long',
    { ...client('wait'), task: { timeoutMs: 300 } },
    { status: 'timeout', exitCode: undefined, detail: expect.stringContaining('did not end within 0.3 s') },
  ],
  [
    'that takes too long and ignores SIGTERM',
    { ...client('stubborn'), task: { timeoutMs: 2_000 } },
    { status: 'timeout', exitCode: undefined },
  ],
  [
    'that nobody knows',
    { task: { benchmark: 'other' } },
    { status: 'could_not_start', argv: [], detail: 'there is no benchmark other here' },
  ],
  [
    'whose tool is not there',
    {
      benchmark: {
        ...testBenchmark(),
        client: () => ({ program: { kind: 'tool', name: 'qperf' }, args: ['--version'] }),
      },
    },
    { status: 'could_not_start', detail: 'there is no program qperf on the PATH', stdout: '' },
  ],
  [
    'that cannot have such parameters',
    {
      benchmark: {
        ...testBenchmark(),
        client: () => {
          throw benchErrors.error('invalid-scenario', 'streams: qperf has one only');
        },
      },
    },
    { status: 'refused', detail: 'streams: qperf has one only' },
  ],
])('a client %s', async (_, run, outcome) => {
  expect(await start(run).outcome).toMatchObject({ task: 'task-1', ...outcome });
});

test('what a program has started ends with it, when it is ended', async () => {
  const run = start({ ...client('parent'), task: { timeoutMs: 1_500 } });
  const { status, stdout } = await run.outcome;
  expect(status).toBe('timeout');
  await until(async () => !(await isAlive(Number(stdout))));
});

test('what a program leaves behind is ended, and does not hold up its outcome', async () => {
  const { status, exitCode, stdout } = await start(client('leave')).outcome;
  expect({ status, exitCode }).toEqual({ status: 'exit', exitCode: 0 });
  await until(async () => !(await isAlive(Number(stdout))));
});

test('what is cancelled before it has begun never begins', async () => {
  const run = start(client('say', 'hello'));
  run.cancel();
  expect(await run.outcome).toMatchObject({ status: 'cancelled', argv: [], stdout: '' });
});

test('to cancel what is over changes nothing', async () => {
  const run = start(client('say', 'hello'));
  const outcome = await run.outcome;
  run.cancel();
  expect(outcome).toMatchObject({ status: 'exit', exitCode: 0 });
});

test('a server is ready when it listens, and not before', async () => {
  const port = await freePort();
  const ready: string[] = [];
  const benchmark = testBenchmark({ server: ['serve', String(port)], port });
  const run = start({ benchmark, role: 'server', onReady: () => ready.push('ready') });
  expect(ready).toEqual([]);
  await until(() => ready.length > 0);
  run.cancel();
  expect(await run.outcome).toMatchObject({
    ...{ status: 'cancelled', selfCheck: { reasons: expect.any(Array) } },
  });
  expect(ready).toEqual(['ready']);
});

test('a server whose port another has already is not begun', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  afterTest(() => other.close());
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const onReady = jest.fn();
  const run = start({ benchmark: testBenchmark({ server: ['wait'], port }), role: 'server', onReady });
  expect(await run.outcome).toMatchObject({
    status: 'refused',
    detail: `port ${port} is taken: another program listens on it`,
  });
  expect(onReady).not.toHaveBeenCalled();
});

test.each<[string, readonly string[], Partial<TaskOutcome>]>([
  ['ends before it listens', ['fail', '2'], { status: 'exit', exitCode: 2 }],
  [
    'never listens',
    ['stubborn'],
    { status: 'timeout', detail: expect.stringContaining('did not listen on port') },
  ],
])('a server that %s was never ready', async (_, server, outcome) => {
  const onReady = jest.fn();
  const benchmark = testBenchmark({ server, port: await freePort() });
  expect(
    await start({ benchmark, role: 'server', task: { timeoutMs: 1_500 }, onReady }).outcome,
  ).toMatchObject(outcome);
  expect(onReady).not.toHaveBeenCalled();
});
