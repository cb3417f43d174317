import { FakeDriver, netemErrors, type Capabilities } from '@podlag/netem';
import { startTestAgent, type CallOptions, type Reply, type TestAgent } from './testing';

const missing = {
  available: false,
  code: 'netem-missing',
  reason: 'Specified qdisc kind is unknown.',
  hint: 'modprobe sch_netem',
} as const;
type Capable = Partial<Omit<Capabilities, 'kinds'>> & { readonly kinds?: Partial<Capabilities['kinds']> };

let agent: TestAgent;
beforeEach(async () => (agent = await startTestAgent()));
afterEach(() => agent.agent.close());

const names = async (): Promise<string[]> => {
  const { body } = await agent.call('/v1/faults');
  return (body as { faults: { name: string }[] }).faults.map(({ name }) => name);
};

test('a fault is put, read, put again and deleted by its name', async () => {
  const document = {
    delay: { time: '20ms', jitter: '5ms', distribution: 'normal' },
    loss: { ratio: '1%' },
    ttl: '5m',
  };
  expect(await agent.put('/v1/faults/slow-pd', document)).toMatchObject({
    status: 200,
    body: {
      dryRun: false,
      commands: expect.arrayContaining([
        expect.stringContaining('netem limit 50000 delay 20ms 5ms 0% distribution normal loss random 1% 0%'),
      ]),
      expiresAt: { 'slow-pd': '2026-11-20T12:05:00.000Z' },
    },
  });
  expect((await agent.call('/v1/faults/slow-pd')).body).toEqual({
    name: 'slow-pd',
    direction: 'egress',
    ...document,
  });
  await agent.put('/v1/faults/slow-pd', { rate: '10mbit' });
  expect((await agent.call('/v1/faults/slow-pd')).body).toEqual({
    name: 'slow-pd',
    direction: 'egress',
    rate: '10mbit',
  });
  expect((await agent.call('/v1/faults/slow-pd', { method: 'DELETE' })).status).toBe(200);
  expect(await names()).toEqual([]);
});

const addresses = (count: number): readonly object[] =>
  Array.from({ length: count }, (_, index) => ({ cidr: `10.0.${index >> 8}.${index & 255}` }));

test('more targets than the memory has room for are refused, in one fault and in several, with the setting to change', async () => {
  await agent.agent.close();
  agent = await startTestAgent({ env: { PODLAG_MOST_TARGETS: '10' } });
  const tooMany = {
    status: 422,
    body: { code: 'too-many-targets', hint: expect.stringMatching(/PODLAG_MOST_TARGETS.*memory limit/) },
  };
  const fault = { partition: true, to: addresses(6), except: addresses(4) };
  expect((await agent.put('/v1/faults/a', fault)).status).toBe(200);
  expect(await agent.put('/v1/faults/a', { ...fault, except: addresses(5) })).toMatchObject(tooMany);
  expect(await agent.put('/v1/faults/b', { partition: true, to: addresses(1) })).toMatchObject(tooMany);
  const both = { faults: ['a', 'b'].map((name) => ({ name, partition: true, to: addresses(6) })) };
  expect(await agent.put('/v1/faults?dryRun=true', both)).toMatchObject(tooMany);
  // Each direction has filters of its own.
  const halfOf = (count: number): object => ({ partition: true, direction: 'both', to: addresses(count) });
  expect((await agent.put('/v1/faults/a', halfOf(5))).status).toBe(200);
  expect(await agent.put('/v1/faults/a', halfOf(6))).toMatchObject(tooMany);
  expect(await names()).toEqual(['a']);
  // Counted before they are parsed: that takes the memory.
  const unread = { partition: true, to: Array.from({ length: 11 }, () => 'nobody') };
  expect(await agent.put('/v1/faults/a', unread)).toMatchObject(tooMany);
  expect((await agent.call('/v1/faults/a', { method: 'DELETE' })).status).toBe(200);
});

test('memory is given back after large changes, soon and once for several', async () => {
  await agent.agent.close();
  let released = 0;
  agent = await startTestAgent({ releaseMemory: () => void (released += 1) });
  await agent.put('/v1/faults/few', { partition: true, to: addresses(2_000) });
  agent.clock.advance(1_000);
  expect(released).toBe(0);
  await agent.put('/v1/faults/many', { partition: true, to: addresses(2_001) });
  await agent.call('/v1/faults', { method: 'DELETE' });
  expect(released).toBe(0);
  agent.clock.advance(1_000);
  expect(released).toBe(1);
  await agent.put('/v1/faults/many', { partition: true, to: addresses(2_001) });
  agent.clock.advance(1_000);
  expect(released).toBe(2);
});

test('a fault is deleted even when the call that sets it is still under way', async () => {
  const held = holdNextApply();
  const put = agent.put('/v1/faults/a', { partition: true });
  await held.reached;
  const deleted = agent.call('/v1/faults/a', { method: 'DELETE' });
  // Answered after the DELETE has been read: its own turn in the queue comes after the PUT's all the same.
  await agent.call('/healthz');
  held.release();
  expect((await put).status).toBe(200);
  expect((await deleted).status).toBe(200);
  expect(await names()).toEqual([]);
});

/** The kernel takes its time with one change. */
function holdNextApply(): { readonly reached: Promise<void>; readonly release: () => void } {
  const reached = Promise.withResolvers<undefined>();
  const released = Promise.withResolvers<undefined>();
  const { driver } = agent;
  const apply = driver.apply.bind(driver);
  jest.spyOn(driver, 'apply').mockImplementationOnce(async (tree) => {
    reached.resolve(undefined);
    await released.promise;
    return apply(tree);
  });
  return { reached: reached.promise, release: () => released.resolve(undefined) };
}

test('a whole set is replaced in one step, and what GET answers can be put back', async () => {
  await agent.put('/v1/faults/old', { partition: true });
  const applied = agent.driver.applied.length;
  const faults = [
    { name: 'a', delay: { time: '1ms' } },
    { name: 'b', delay: { time: '2ms' } },
  ];
  expect((await agent.put('/v1/faults', { faults })).status).toBe(200);
  expect(agent.driver.applied).toHaveLength(applied + 1);
  expect(await names()).toEqual(['a', 'b']);
  const { body } = await agent.call('/v1/faults');
  expect((await agent.put('/v1/faults', body)).status).toBe(200);
  await agent.call('/v1/faults', { method: 'DELETE' });
  expect(await names()).toEqual([]);
});

test('a dry run answers the commands and changes nothing', async () => {
  const { body } = await agent.put('/v1/faults/a?dryRun=true', { delay: { time: '20ms' } });
  expect(body).toEqual({
    dryRun: true,
    commands: expect.arrayContaining([expect.stringContaining('netem limit 25000 delay 20ms')]),
    commandCount: (body as { commands: unknown[] }).commands.length,
  });
  expect(await names()).toEqual([]);
  expect((await agent.call('/latency')).body).toMatchObject({ latency: '0ms' });
});

test('a misspelt dryRun is asked back rather than taken for a change', async () => {
  expect(await agent.put('/v1/faults/a?dryRun=yes', { partition: true })).toMatchObject({
    status: 400,
    body: { field: 'dryRun' },
  });
  expect(await names()).toEqual([]);
});

test.each<[string, unknown, Capable]>([
  ['delay without netem', { delay: { time: '20ms' } }, { netem: missing, kinds: { delay: missing } }],
  ['ingress without clsact', { partition: true, direction: 'ingress' }, { ingress: missing }],
  ['a seed on an old kernel', { loss: { ratio: '1%' }, seed: 42 }, { kinds: { seed: missing } }],
  ['half a microsecond through tc', { delay: { time: '500ns' } }, { timeStepNanoseconds: 1_000 }],
  ['five minutes through tc', { delay: { time: '5m' } }, { longestTimeNanoseconds: 274e9 }],
])('what cannot be done here is refused with 501, never ignored: %s', async (_, document, lacking) => {
  const limited = await startTestAgent({ driver: lackingDriver(lacking) });
  for (const path of ['/v1/faults/a', '/v1/faults/a?dryRun=true'])
    expect(await limited.put(path, document)).toMatchObject({
      status: 501,
      body: { hint: expect.stringMatching(/\S/) },
    });
  expect((await limited.call('/v1/faults')).body).toMatchObject({ faults: [] });
  expect(limited.driver.applied).toHaveLength(1);
  await limited.agent.close();
});

/** On a kernel that cannot do everything. */
function lackingDriver({ kinds, ...others }: Capable): FakeDriver {
  const driver = new FakeDriver();
  const { capable } = driver;
  driver.capable = { ...capable, ...others, kinds: { ...capable.kinds, ...kinds } };
  return driver;
}

test('60,000 targets fit, and their commands are counted rather than listed', async () => {
  const to = Array.from({ length: 60_000 }, (_, index) => ({
    cidr: `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}/32`,
  }));
  await agent.agent.close();
  agent = await startTestAgent({ env: { PODLAG_MOST_TARGETS: '60000' } });
  const { status, body } = await agent.put('/v1/faults/far', { delay: { time: '20ms' }, to });
  expect(status).toBe(200);
  const { commands, commandCount } = body as { commands: string[]; commandCount: number };
  expect(commands).toHaveLength(1_000);
  expect(commandCount).toBeGreaterThan(60_000);
});

test('a drained change answers when its last stage is in force, and so does one that comes between', async () => {
  await agent.call('/latency/100ms');
  const answers: Reply[] = [];
  const note = (answer: Reply): void => void answers.push(answer);
  void agent.call('/latency/0ms?drain=true').then(note);
  await eventually(() => agent.driver.applied.length > 2);
  expect((await agent.call('/v1/faults')).body).toMatchObject({ faults: [] });
  void agent.put('/v1/faults/b', { delay: { time: '1ms' }, to: [{ cidr: '10.0.0.1' }] }).then(note);
  await eventually(() => agent.driver.applied.length > 3);
  expect(await names()).toEqual(['b']);
  expect(answers).toEqual([]);
  while (answers.length < 2) {
    agent.clock.advance(100);
    await agent.call('/healthz');
  }
  expect(answers).toMatchObject([{ status: 200 }, { status: 200 }]);
  expect(await names()).toEqual(['b']);
  expect((await agent.call('/v1/state')).body).toMatchObject({ drift: [] });
});

test.each([
  ['PUT', '/v1/faults/a'],
  ['DELETE', '/v1/faults/kept'],
  ['PUT', '/v1/faults'],
  ['DELETE', '/v1/faults'],
  ['GET', '/latency/20ms'],
])('%s %s with a parameter that it does not take changes nothing', async (method, path) => {
  await agent.put('/v1/faults/kept', { partition: true });
  const body = path === '/v1/faults' ? '{"faults":[]}' : '{"partition":true}';
  const sent = method === 'PUT' ? { method, body, headers: json() } : { method };
  expect(await agent.call(`${path}?dryrunn=true`, sent)).toMatchObject({
    status: 400,
    body: {
      code: 'malformed-request',
      field: 'dryrunn',
      hint: expect.stringContaining('Did you mean dryRun?'),
    },
  });
  expect(await names()).toEqual(['kept']);
});

async function eventually(condition: () => boolean): Promise<void> {
  while (!condition()) await agent.call('/healthz');
}

test.each<[string, string, CallOptions, { status: number; code: string }]>([
  ['a fault that is not there', '/v1/faults/none', {}, { status: 404, code: 'no-such-fault' }],
  [
    'deleting what is not there',
    '/v1/faults/none',
    { method: 'DELETE' },
    { status: 404, code: 'no-such-fault' },
  ],
  ['an unknown address', '/v2/faults', {}, { status: 404, code: 'no-such-route' }],
  [
    'a method that is not taken',
    '/v1/faults/a',
    { method: 'POST' },
    { status: 405, code: 'method-not-allowed' },
  ],
  [
    'a body that is no JSON',
    '/v1/faults/a',
    { method: 'PUT', body: '{', headers: json() },
    { status: 400, code: 'malformed-request' },
  ],
  [
    'a body of another type',
    '/v1/faults/a',
    { method: 'PUT', body: 'a: 1', headers: { 'content-type': 'text/yaml' } },
    { status: 415, code: 'not-json' },
  ],
  ['no body', '/v1/faults/a', { method: 'PUT' }, { status: 415, code: 'not-json' }],
  [
    'too large a body',
    '/v1/faults/a',
    { method: 'PUT', body: `"${'x'.repeat(9e6)}"`, headers: json() },
    { status: 413, code: 'body-too-large' },
  ],
  [
    'a set that is no list',
    '/v1/faults',
    { method: 'PUT', body: '{}', headers: json() },
    { status: 400, code: 'malformed-request' },
  ],
  [
    'two faults of one name',
    '/v1/faults',
    { method: 'PUT', body: twice(), headers: json() },
    { status: 400, code: 'duplicate-name' },
  ],
  [
    'more faults than can be reasoned about',
    '/v1/faults',
    { method: 'PUT', body: many(), headers: json() },
    { status: 400, code: 'too-many-faults' },
  ],
  [
    'a name that is no DNS label',
    '/v1/faults/Slow%20PD',
    { method: 'PUT', body: '{"partition":true}', headers: json() },
    { status: 400, code: 'invalid-fault' },
  ],
])('%s is a problem with a code and a hint', async (_, path, init, { status, code }) => {
  expect(await agent.call(path, init)).toMatchObject({
    status,
    body: { code, hint: expect.stringMatching(/\S/) },
  });
});

test('when the kernel refuses, the answer says so, what was set stays, and the agent goes on', async () => {
  await agent.call('/latency/20ms');
  agent.driver.failure = netemErrors.error('tc-failed', 'tc qdisc change ...: Invalid argument');
  expect(await agent.call('/latency/50ms')).toMatchObject({ status: 500, body: { code: 'tc-failed' } });
  expect((await agent.call('/latency')).body).toMatchObject({ latency: '20ms', faults: ['latency'] });
  expect((await agent.call('/latency/50ms')).status).toBe(200);
});

test('a kernel without netem is refused with the fix, and taking away still works', async () => {
  const lacking = { netem: missing, kinds: { delay: missing } };
  const limited = await startTestAgent({ driver: lackingDriver(lacking) });
  expect(await limited.call('/latency/20ms')).toMatchObject({
    status: 501,
    body: {
      code: 'netem-missing',
      hint: 'modprobe sch_netem',
      detail: expect.stringContaining('is unknown'),
    },
  });
  expect((await limited.call('/latency/0ms')).status).toBe(200);
  await limited.agent.close();
});

function json(): Record<string, string> {
  return { 'content-type': 'application/json' };
}

function many(): string {
  return JSON.stringify({
    faults: Array.from({ length: 65 }, (_, index) => ({ name: `f${index}`, partition: true })),
  });
}

function twice(): string {
  const fault = { name: 'a', partition: true };
  return JSON.stringify({ faults: [fault, fault] });
}
