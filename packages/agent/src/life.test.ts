import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeDriver, netemErrors, type Observed } from '@podlag/netem';
import { LeaseFile } from './lease-file';
import { startTestAgent, type TestAgent, type TestAgentOptions } from './testing';

const started: TestAgent[] = [];
const start = async (options?: TestAgentOptions): Promise<TestAgent> => {
  const agent = await startTestAgent(options);
  started.push(agent);
  return agent;
};
afterEach(async () => {
  for (const { agent } of started.splice(0)) await agent.close();
});

/** The same pod, the agent's container started anew: kernel, volume and time go on. */
const restart = async (before: TestAgent, env?: Record<string, string>): Promise<TestAgent> => {
  await before.agent.close();
  return start({ driver: before.driver, clock: before.clock, runDirectory: before.runDirectory, env });
};

const latency = async (agent: TestAgent): Promise<unknown> =>
  ((await agent.call('/latency')).body as { latency: string }).latency;

test('the initial latency is in force before the agent is ready', async () => {
  const agent = await start({ env: { PODLAG_INITIAL_LATENCY: '20ms' } });
  expect((await agent.call('/readyz')).status).toBe(200);
  expect(await latency(agent)).toBe('20ms');
});

test('a restarted agent takes up what is set, not the initial latency', async () => {
  const before = await start({ env: { PODLAG_INITIAL_LATENCY: '20ms' } });
  await before.call('/latency/50ms');
  await before.put('/v1/faults/lossy', { loss: { ratio: '1%' } });
  const after = await restart(before, { PODLAG_INITIAL_LATENCY: '20ms' });
  expect((await after.call('/latency')).body).toMatchObject({
    latency: '50ms',
    faults: ['latency', 'lossy'],
  });
});

test('a latency that was taken away does not come back with a restart', async () => {
  const before = await start({ env: { PODLAG_INITIAL_LATENCY: '20ms' } });
  await before.call('/latency/0ms');
  expect(await latency(await restart(before, { PODLAG_INITIAL_LATENCY: '20ms' }))).toBe('0ms');
});

test('a fault goes by itself after its ttl, alone, and the state says when', async () => {
  const agent = await start();
  await agent.call('/latency/20ms');
  await agent.put('/v1/faults/short', { delay: { time: '5ms' }, ttl: '30s' });
  expect((await agent.call('/v1/state')).body).toMatchObject({ expiresAt: '2026-11-20T12:00:30.000Z' });
  agent.clock.advance(29_999);
  expect(await latency(agent)).toBe('25ms');
  agent.clock.advance(1);
  expect(await latency(agent)).toBe('20ms');
  expect((await agent.call('/v1/state')).body).toMatchObject({ expiresAt: null });
});

test('a fault that is put again lives anew', async () => {
  const agent = await start();
  await agent.put('/v1/faults/short', { delay: { time: '5ms' }, ttl: '30s' });
  agent.clock.advance(20_000);
  await agent.put('/v1/faults/short', { delay: { time: '5ms' }, ttl: '30s' });
  agent.clock.advance(20_000);
  expect(await latency(agent)).toBe('5ms');
});

test('what expired while the agent was away is gone when it is back', async () => {
  const before = await start();
  await before.put('/v1/faults/short', { delay: { time: '5ms' }, ttl: '30s' });
  await before.put('/v1/faults/long', { delay: { time: '7ms' }, ttl: '60s' });
  await before.agent.close();
  before.clock.advance(31_000);
  const after = await restart(before);
  expect(await latency(after)).toBe('7ms');
  after.clock.advance(30_000);
  expect(await latency(after)).toBe('0ms');
});

test('an expiry that the kernel refuses is tried again', async () => {
  const agent = await start();
  await agent.put('/v1/faults/short', { delay: { time: '5ms' }, ttl: '30s' });
  agent.driver.failure = netemErrors.error('tc-failed', 'busy');
  agent.clock.advance(30_000);
  expect(await latency(agent)).toBe('5ms');
  agent.clock.advance(1_000);
  expect(await latency(agent)).toBe('0ms');
});

test('faults work without a writable directory, and the state says that they will not survive', async () => {
  const file = join(await mkdtemp(join(tmpdir(), 'podlag-')), 'file');
  await writeFile(file, '');
  const agent = await start({ runDirectory: join(file, 'below-a-file') });
  expect((await agent.call('/latency/20ms')).status).toBe(200);
  expect((await agent.call('/v1/state')).body).toMatchObject({
    survivesRestart: { saved: false, reason: expect.stringContaining('ENOTDIR') },
  });
});

test.each([
  '',
  '{',
  '{"version":3,"faults":[]}',
  '{"version":2,"faults":[]}',
  '{"version":1,"faults":[{"fault":{"name":"x"}}]}',
])('a lease file that says %j is not believed: the kernel is brought to the start', async (text) => {
  const before = await start();
  await before.call('/latency/20ms');
  await before.agent.close();
  await writeFile(join(before.runDirectory, 'lease.json'), text);
  expect(await latency(await restart(before))).toBe('0ms');
});

test('what was taken away does not come back when the lease could not be written anew', async () => {
  const before = await start();
  await before.call('/latency/20ms');
  // In the place of the file that is to be renamed: from now on no write succeeds.
  await mkdir(join(before.runDirectory, 'lease.json.new'));
  await before.call('/latency/0ms');
  expect((await before.call('/v1/state')).body).toMatchObject({ survivesRestart: { saved: false } });
  expect(await latency(await restart(before))).toBe('0ms');
});

test('an initial latency that was taken away does not come back when the lease could not be written anew', async () => {
  const env = { PODLAG_INITIAL_LATENCY: '20ms' };
  const before = await start({ env });
  await mkdir(join(before.runDirectory, 'lease.json.new'));
  await before.call('/latency/0ms');
  expect((await before.call('/v1/state')).body).toMatchObject({
    survivesRestart: { saved: false, reason: expect.stringContaining('begins without faults') as string },
  });
  expect(await latency(await restart(before, env))).toBe('0ms');
});

test('who waits for a drained change is told when the agent ends, and the next start goes on to its end', async () => {
  const before = await start();
  await before.call('/latency/2s');
  const waiting = before.call('/latency/0ms?drain=true');
  while (before.driver.applied.length < 3) await before.call('/healthz');
  await before.agent.close();
  expect(await waiting).toMatchObject({
    status: 503,
    body: { code: 'stopping', hint: expect.stringContaining('next start') as string },
  });
  expect(await latency(await restart(before))).toBe('0ms');
});

test('a start that the kernel refuses leaves it as it is, is not ready, and is tried again', async () => {
  const before = await start();
  await before.call('/latency/20ms');
  await before.agent.close();
  before.driver.failure = netemErrors.error('tc-timeout', 'busy');
  const after = await restart(before);
  expect(await after.call('/readyz')).toMatchObject({
    status: 503,
    body: { reason: expect.stringContaining('busy') },
  });
  expect(await latency(after)).toBe('20ms');
  after.clock.advance(5_000);
  await after.call('/v1/state');
  expect((await after.call('/readyz')).status).toBe(200);
  expect((await after.call('/latency')).body).toMatchObject({ latency: '20ms', faults: ['latency'] });
});

test('an agent that could not start is ready with the first change that succeeds', async () => {
  const before = await start();
  await before.agent.close();
  before.driver.failure = netemErrors.error('tc-timeout', 'busy');
  const after = await restart(before);
  expect((await after.call('/readyz')).status).toBe(503);
  await after.call('/latency/20ms');
  expect((await after.call('/readyz')).status).toBe(200);
  const applied = after.driver.applied.length;
  after.clock.advance(5_000);
  await after.call('/v1/state');
  expect(after.driver.applied).toHaveLength(applied);
});

test('of a lease whose faults cannot be in force together, those are that can', async () => {
  const before = await start();
  await before.agent.close();
  const lease = (name: string, delay: string): object => ({
    fault: { name, delay: { time: delay }, direction: 'egress' },
  });
  await writeFile(
    join(before.runDirectory, 'lease.json'),
    JSON.stringify({ version: 1, faults: [lease('a', '40m'), lease('b', '40m'), lease('c', '1m')] }),
  );
  const after = await restart(before);
  expect((await after.call('/readyz')).status).toBe(200);
  expect((await after.call('/latency')).body).toMatchObject({ latency: '41m', faults: ['a', 'c'] });
});

test('a lease of an agent that is newer is told of, and no reason not to be ready', async () => {
  const before = await start();
  await before.agent.close();
  const fault = { name: 'a', delay: { time: '20ms' }, direction: 'egress' };
  const lease = { version: 3, faults: [{ fault, since: 7 }], classes: {} };
  await writeFile(join(before.runDirectory, 'lease.json'), JSON.stringify(lease));
  const after = await restart(before);
  expect((await after.call('/readyz')).status).toBe(200);
  expect((await after.call('/latency')).body).toMatchObject({ latency: '0ms', faults: [] });
  expect(await new LeaseFile(join(before.runDirectory, 'lease.json')).read()).toMatchObject({
    kind: 'found',
  });
});

test('a connection that says nothing does not hold up the end', async () => {
  const { agent } = await start();
  const silent = connect(agent.port, '127.0.0.1');
  await once(silent, 'connect');
  silent.on('error', () => undefined);
  await agent.close();
  started.length = 0;
});

test('the lease is for the agent alone', async () => {
  const agent = await start();
  await agent.call('/latency/20ms');
  const file = join(agent.runDirectory, 'lease.json');
  expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({
    version: 3,
    faults: [{ fault: { name: 'latency' } }],
    classes: { egress: [{ minor: 0x10, faults: ['latency'] }] },
  });
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

const slowedDown = (observed: Observed): Observed => ({
  ...observed,
  qdiscs: observed.qdiscs.map((one) =>
    one.netem ? { ...one, netem: { ...one.netem, delaySeconds: 0.1 } } : one,
  ),
});

test('drift is seen, named, and put right by the next change', async () => {
  const agent = await start();
  await agent.call('/latency/20ms');
  agent.driver.tamper('eth0', slowedDown);
  expect((await agent.call('/v1/state')).body).toMatchObject({
    drift: [{ asked: '20ms', observed: '0.1s' }],
  });
  expect((await agent.call('/latency')).body).toMatchObject({ latency: '100ms' });
  await agent.call('/latency/20ms');
  expect((await agent.call('/v1/state')).body).toMatchObject({ drift: [] });
});

test('drift is put right within 4 s by itself', async () => {
  const agent = await start();
  await agent.call('/latency/20ms');
  agent.driver.tamper('eth0', slowedDown);
  agent.clock.advance(4_000);
  while ((await latency(agent)) !== '20ms') await agent.call('/healthz');
  expect((await agent.call('/metrics')).body).toContain('podlag_agent_drift_total 1');
});

test('a restarted agent finds its own classes, and changes nothing', async () => {
  const before = await start();
  for (const name of ['c', 'b', 'a'])
    await before.put(`/v1/faults/${name}`, {
      delay: { time: '5ms' },
      to: [{ cidr: name === 'b' ? '10.0.0.0/8' : '10.1.0.0/16' }],
    });
  const numbers = async (agent: TestAgent): Promise<unknown> =>
    ((await agent.call('/v1/state')).body as { counters: unknown }).counters;
  const known = await numbers(before);
  const after = await restart(before);
  expect(await numbers(after)).toEqual(known);
  const { body } = await after.put('/v1/faults?dryRun=true', (await after.call('/v1/faults')).body);
  expect(body).toMatchObject({ commandCount: 0 });
});

test('the lease of an agent before this one is taken up', async () => {
  const before = await start();
  await before.agent.close();
  const fault = { name: 'latency', delay: { time: '20ms' }, direction: 'egress' };
  await writeFile(
    join(before.runDirectory, 'lease.json'),
    JSON.stringify({ version: 1, faults: [{ fault }] }),
  );
  expect(await latency(await restart(before))).toBe('20ms');
});

test('without netem the agent is up and ready, unless a fault is to be in force from the start', async () => {
  const driver = new FakeDriver();
  const netem = {
    available: false,
    code: 'netem-missing',
    reason: 'no netem',
    hint: 'modprobe sch_netem',
  } as const;
  driver.capable = { ...driver.capable, netem, kinds: { ...driver.capable.kinds, delay: netem } };
  expect((await (await start({ driver })).call('/readyz')).status).toBe(200);
  const waiting = await start({ driver, env: { PODLAG_INITIAL_LATENCY: '20ms' } });
  expect(await waiting.call('/readyz')).toMatchObject({
    status: 503,
    body: { reason: expect.stringContaining('modprobe sch_netem') },
  });
  expect((await waiting.call('/healthz')).status).toBe(200);
});

test('a port that is taken is an error that says which setting to change', async () => {
  const other = createServer().listen(0);
  const { port } = other.address() as AddressInfo;
  await expect(start({ env: { PODLAG_LISTEN_PORT: String(port) } })).rejects.toMatchObject({
    code: 'port-taken',
    hint: expect.stringContaining('PODLAG_LISTEN_PORT'),
  });
  other.close();
});
