import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { forgetNeighbours } from '../../netem/test/link';
import { coldPing, pingOnce } from '../../netem/test/ping';
import { AgentBed, expectAbout, few, program, run, type Reply } from './agent-bed';

jest.setTimeout(120_000);

let bed: AgentBed;

beforeAll(async () => {
  bed = new AgentBed();
  await bed.calibrate();
});
afterAll(() => bed.remove());
afterEach(() => bed.clear());

const curl = (path: string, ...options: string[]): Promise<Reply> => bed.curl(path, ...options);

test('a first session: 20 ms, again with 50 ms, back to nothing', async () => {
  await bed.start();
  expect(await curl('/latency/0ms')).toMatchObject({ status: 200, body: { latency: '0ms' } });
  expect(await curl('/latency/20ms')).toMatchObject({
    status: 200,
    body: {
      'tc command': expect.stringMatching(/^tc qdisc add dev podlag0 .* netem .*delay 20ms/),
      latency: '20ms',
    },
  });
  const first = (await coldPing(bed.link)) - bed.idleMs;
  expectAbout(await bed.measured(), 20);
  expect(Math.abs(first - 20)).toBeLessThanOrEqual(1.5);
  expect(await curl('/latency/20ms')).toMatchObject({ status: 200 });
  await curl('/latency/50ms');
  expectAbout(await bed.measured(), 50);
  expect((await curl('/latency')).body).toMatchObject({ latency: '50ms' });
  await curl('/latency/0ms');
  expect(await bed.measured()).toBeLessThan(0.5);
});

test('100 calls at once: each is answered with 200, and the kernel has what the agent says it has', async () => {
  await bed.start();
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, index) => curl(`/latency/${index + 1}ms`)),
  );
  expect(answers.map(({ status }) => status)).toEqual(Array(100).fill(200));
  const { latency } = (await curl('/latency')).body as { latency: string };
  expectAbout(await bed.measured(5), Number.parseFloat(latency), few);
  expect((await curl('/v1/state')).body).toMatchObject({ drift: [] });
});

test.each([
  ['a partition', { partition: true }],
  ['a delay of 5 s', { delay: { time: '5s' } }],
  ['all lost and 5 s late', { loss: { ratio: '100%' }, delay: { time: '5s' } }],
])('under %s the agent answers as fast as before, and takes the fault away', async (_, fault) => {
  await bed.start();
  await curl('/healthz');
  expect(await bed.put('worst', fault)).toMatchObject({ status: 200 });
  forgetNeighbours(bed.link);
  const { status, seconds } = await curl('/healthz');
  expect(status).toBe(200);
  expect(seconds).toBeLessThan(1);
  expect(await pingOnce(bed.link, bed.link.address, 1)).toBeUndefined();
  // Another port is no exception: the connection is refused only when the fault lets the answer through.
  expect(await connects(4000, 1000)).toBe('no answer');
  expect(await curl('/v1/faults/worst', '-X', 'DELETE')).toMatchObject({ status: 200 });
  expect(await pingOnce(bed.link, bed.link.address, 1)).toBeLessThan(100);
  expect(await connects(4000, 1000)).toBe('refused');
});

/** Runs in the peer's namespace: `refused`, or `no answer` within the time. */
async function connects(port: number, waitMs: number): Promise<string> {
  const script = `
    const socket = require('net').connect(${port}, '${bed.link.address}');
    const done = (word) => { console.log(word); process.exit(0); };
    socket.on('error', (error) => done(error.code === 'ECONNREFUSED' ? 'refused' : error.code));
    setTimeout(done, ${waitMs}, 'no answer');`;
  const { stdout } = await run('ip', ['netns', 'exec', bed.link.peer, process.execPath, '-e', script]);
  return stdout.trim();
}

test('the initial latency is in force when the agent says that it is ready', async () => {
  await bed.start({ PODLAG_INITIAL_LATENCY: '20ms' });
  expect((await curl('/readyz')).status).toBe(200);
  expectAbout((await pingOnce(bed.link))! - bed.idleMs, 20, few);
});

test('killed, the fault stays; started again, the agent takes it up and ends it in time', async () => {
  await bed.start();
  await bed.put('short', { delay: { time: '20ms' }, ttl: '4s' });
  const runDirectory = await bed.stop('SIGKILL');
  expectAbout(await bed.measured(3), 20, few);
  await bed.start({}, runDirectory);
  expect((await curl('/latency')).body).toMatchObject({ latency: '20ms', faults: ['short'] });
  const deadline = Date.now() + 10_000;
  while (Date.now() < deadline && (await pingOnce(bed.link))! > 10);
  expect(await bed.measured(3)).toBeLessThan(0.5);
  expect((await curl('/v1/faults')).body).toEqual({ faults: [], expiresAt: {} });
});

test('SIGTERM ends the agent and leaves the fault: the container may be coming back', async () => {
  await bed.start();
  await curl('/latency/20ms');
  await bed.stop('SIGTERM');
  expectAbout(await bed.measured(3), 20, few);
});

test('without a default route the agent says which setting names the device', async () => {
  const { stderr } = await run(process.execPath, [program], { env: { PATH: '/usr/sbin:/usr/bin' } }).catch(
    (error: unknown) => error as { stderr: string },
  );
  expect(stderr).toContain('PODLAG_DEVICE');
});

test('the device is the one of the default route', async () => {
  execFileSync('ip', ['route', 'add', 'default', 'via', bed.link.peerAddress, 'dev', bed.link.device]);
  try {
    await bed.start({ PODLAG_DEVICE: undefined });
    expect((await curl('/latency')).body).toMatchObject({ device: bed.link.device });
  } finally {
    execFileSync('ip', ['route', 'del', 'default']);
  }
});

test('a port that is taken is told as such', async () => {
  await bed.start();
  const outcome: { stderr: string; code?: number } = await run(process.execPath, [program], {
    env: { PATH: '/usr/sbin:/usr/bin', PODLAG_DEVICE: bed.link.device },
  }).catch((error: unknown) => error as { stderr: string; code?: number });
  expect(outcome.code).toBe(1);
  expect(outcome.stderr).toContain('port 2332 is in use');
  expect(outcome.stderr).toContain('PODLAG_LISTEN_PORT');
});

test('IPv6 reaches the agent as well, under a partition too', async () => {
  await bed.start();
  await bed.put('worst', { partition: true });
  const reached = await run('ip', [
    'netns',
    'exec',
    bed.link.peer,
    'curl',
    '-sS',
    '-m',
    '10',
    `http://[${bed.link.address6}]:2332/healthz`,
  ]);
  expect(JSON.parse(reached.stdout)).toEqual({ status: 'alive' });
});

// The module can be taken from a kernel that is ours alone; from the host's, others may be using it.
if (readFileSync('/proc/cpuinfo', 'utf8').includes('User Mode Linux')) {
  test('without sch_netem the agent is ready, refuses with the fix, and takes the fix when it comes', async () => {
    const helper = '/proc/sys/kernel/modprobe';
    const loader = readFileSync(helper, 'utf8').trim();
    writeFileSync(helper, '/bin/false');
    execFileSync('sh', ['-c', 'rmmod sch_netem 2>/dev/null || true']);
    try {
      await bed.start();
      expect((await curl('/readyz')).status).toBe(200);
      expect(await curl('/latency/20ms')).toMatchObject({
        status: 501,
        body: { code: 'netem-missing', hint: expect.stringContaining('modprobe sch_netem') },
      });
      expect((await curl('/v1/state')).body).toMatchObject({
        capabilities: { netem: { available: false }, kinds: { delay: { available: false } } },
        observed: { egress: { qdiscs: [{ handle: '0:' }] } },
      });
    } finally {
      writeFileSync(helper, loader);
    }
    expect(await curl('/latency/20ms')).toMatchObject({ status: 200 });
    expectAbout(await bed.measured(3), 20, few);
  });
}
