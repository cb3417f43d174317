import { buildSync } from 'esbuild';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterTest } from '../../test/channel/after-test';
import { newBed, startWorker, tlsOf, type ChannelBed } from '../../test/channel/channel-bed';
import {
  freePort,
  isAlive,
  testBenchmark,
  testProgram,
  testTask,
  until,
} from '../../test/channel/test-benchmark';
import { tcpRelay } from '../../test/channel/tcp-relay';
import type { TestBenchmark } from '../../test/channel/test-benchmark';
import type { WorkerProcessOptions } from '../../test/channel/worker-process';

// Real processes and sockets: what they take depends on who else uses the machine.
jest.retryTimes(1, { logErrorsBeforeRetry: true });

// Programs are started here, and the machine may be busy.
jest.setTimeout(60_000);

const program = join(tmpdir(), `podlag-bench-test-${process.pid}`, 'worker.js');

beforeAll(() => {
  buildSync({
    entryPoints: [join(__dirname, '../../test/channel/worker-process.ts')],
    ...{ bundle: true, platform: 'node', target: 'node24', outfile: program, logLevel: 'warning' },
    loader: { '.proto': 'text' },
  });
});

afterAll(() => rmSync(dirname(program), { recursive: true }));

/** A worker in a process of its own. */
function spawnWorker(
  { address, certificates }: ChannelBed,
  name: string,
  benchmark: TestBenchmark,
): ChildProcess {
  const options: WorkerProcessOptions = {
    ...{ name, orchestrator: address, tls: tlsOf(certificates, name), probeProgram: testProgram, benchmark },
  };
  const child = spawn(process.execPath, [program, JSON.stringify(options)], { stdio: 'inherit' });
  afterTest(() => child.kill('SIGKILL'));
  return child;
}

test('a worker that is killed in the middle of a task is lost at once; the others go on, and it may come again', async () => {
  // An hour: what is noticed here is the connection's end.
  const bed = await newBed(['a', 'b'], { heartbeatMs: 60_000 });
  startWorker(bed, 'b', [testBenchmark({ client: ['wait'] })]);
  const child = spawnWorker(bed, 'a', {
    client: ['say', 'here'],
    server: ['serve', '0'],
    port: await freePort(),
  });
  await bed.hub.waitFor(['a', 'b'], 20_000);
  const [a, b] = ['a', 'b'].map((name) => bed.hub.workers().get(name)!);
  expect(await a!.runClient(testTask())).toMatchObject({ stdout: 'here\n' });
  const callOff = new AbortController();
  const others = b!.runClient(testTask(), callOff.signal);
  const lost = expect(a!.startServer(testTask())).rejects.toMatchObject({
    code: 'worker-lost',
    // Which of the two a dead process's connection is heard as first, the kernel and HTTP/2 decide.
    detail: expect.stringMatching(/^worker a: (its connection is gone|it went away)$/),
  });
  child.kill('SIGKILL');
  await once(child, 'exit');
  await lost;
  expect(b!.connected).toBe(true);
  callOff.abort();
  expect(await others).toMatchObject({ status: 'cancelled' });
  spawnWorker(bed, 'a', { client: ['say', 'again'] });
  await bed.hub.waitFor(['a'], 20_000);
  expect(await bed.hub.workers().get('a')!.runClient(testTask())).toMatchObject({ stdout: 'again\n' });
});

test('a worker that hangs is lost after three heartbeats', async () => {
  const bed = await newBed(['a'], { heartbeatMs: 100 });
  const child = spawnWorker(bed, 'a', { client: ['say', 'never'] });
  await bed.hub.waitFor(['a'], 20_000);
  const worker = bed.hub.workers().get('a')!;
  child.kill('SIGSTOP');
  await until(() => !worker.connected);
  expect(worker.lostBecause).toBe('no sign of it for 0.3 s');
});

test('when its connection is cut, a worker ends what it runs, and comes again with nothing', async () => {
  const bed = await newBed(['a'], { heartbeatMs: 60_000 });
  const relay = await tcpRelay(Number(bed.address.split(':')[1]));
  startWorker({ ...bed, address: relay.address }, 'a', [testBenchmark({ client: ['parent'] })]);
  await bed.hub.waitFor(['a'], 20_000);
  const first = bed.hub.workers().get('a')!;
  const lost = expect(first.runClient(testTask())).rejects.toMatchObject({ code: 'worker-lost' });
  await until(async () => (await descendants(process.pid)).length === 2);
  const programs = await descendants(process.pid);
  relay.cut();
  await lost;
  await until(() => bed.hub.workers().get('a') !== first);
  expect(await Promise.all(programs.map(isAlive))).toEqual([false, false]);
});

/** Of this process's children and their children, those that are programs of tests. */
async function descendants(pid: number): Promise<readonly number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  const children = text.split(' ').filter(Boolean).map(Number);
  const below = await Promise.all(
    children.map(async (child) => [
      ...((await isTestProgram(child)) ? [child] : []),
      ...(await descendants(child)),
    ]),
  );
  return below.flat();
}

async function isTestProgram(pid: number): Promise<boolean> {
  return (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).includes(testProgram.at(-1)!);
}
