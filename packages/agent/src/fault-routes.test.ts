import { netemErrors } from '@podlag/netem';
import { startTestAgent, type CallOptions, type TestAgent } from './testing';

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

test.each<[string, unknown, string]>([
  ['to', { partition: true, to: [{ cidr: '10.0.0.0/8' }] }, 'to'],
  ['except', { partition: true, except: [{ cidr: '10.0.0.0/8' }] }, 'except'],
  ['ingress', { partition: true, direction: 'ingress' }, 'direction'],
  ['both directions', { partition: true, direction: 'both' }, 'direction'],
  ['a seed', { loss: { ratio: '1%' }, seed: 42 }, 'seed'],
  ['half a microsecond', { delay: { time: '500ns' } }, 'delay.time'],
  ['a jitter of half a microsecond', { delay: { time: '5ms', jitter: '1500ns' } }, 'delay.jitter'],
  ['five minutes', { delay: { time: '5m' } }, 'delay.time'],
])(
  'what the agent cannot do yet is refused as not-supported, never ignored: %s',
  async (_, document, field) => {
    expect(await agent.put('/v1/faults/a', document)).toMatchObject({
      status: 501,
      body: { code: 'not-supported', field },
    });
    expect(await names()).toEqual([]);
    expect(agent.driver.applied).toHaveLength(1);
  },
);

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
    { method: 'PUT', body: `"${'x'.repeat(2e6)}"`, headers: json() },
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
  agent.driver.shaping = {
    available: false,
    code: 'netem-missing',
    reason: 'Specified qdisc kind is unknown.',
    hint: 'modprobe sch_netem',
  };
  expect(await agent.call('/latency/20ms')).toMatchObject({
    status: 501,
    body: { code: 'netem-missing', hint: 'modprobe sch_netem', detail: 'Specified qdisc kind is unknown.' },
  });
  expect((await agent.call('/latency/0ms')).status).toBe(200);
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
