import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Duration, isPodlagError } from '@podlag/core';
import { startTestAgent, type TestAgent } from '@podlag/agent/testing';
import { AgentClient } from './agent-client';
import type { AgentTransport } from './agent-transport';
import { httpTransport } from './http-transport';

// Against agents as they ship, on a device in memory: what one of them answers, the client must be able to read.

let agent: TestAgent;
let transport: AgentTransport & { close(): void };
let client: AgentClient;
beforeEach(async () => {
  agent = await startTestAgent();
  transport = httpTransport('127.0.0.1', agent.agent.port);
  client = new AgentClient(transport);
});
afterEach(async () => {
  transport.close();
  await agent.agent.close();
});

const slow = { delay: { time: '20ms' }, ttl: '1m' };
const plan = (generation: number): object => ({
  generation,
  faults: [
    { name: 'slow-pd.networkfault', delay: { time: '20ms' }, to: [{ cidr: '10.1.2.3' }], ttl: '1m' },
    { name: 'later.networkfault', loss: { ratio: '1%' }, timing: { start: atNow(), at: '10s', for: '5s' } },
  ],
});
const atNow = (): string => agent.clock.date.toISOString();
const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => (isPodlagError(error) ? error.toProblem() : error),
  );

test('which version it is, and whether it is ready', async () => {
  expect(await client.version()).toEqual({ version: expect.any(String), node: process.version });
  expect(await client.ready()).toEqual({ ready: true });
});

test('an agent that is not ready is an answer, with the reason', async () => {
  agent.agent.readiness.fail('the device is missing');
  expect(await client.ready()).toEqual({ ready: false, reason: 'the device is missing' });
});

test('faults are set, listed, previewed and taken away', async () => {
  const set = await client.putFault('slow-pd', slow);
  expect(set).toMatchObject({ dryRun: false, faults: [{ name: 'slow-pd' }] });
  expect(set.commands).toHaveLength(set.commandCount);
  expect(await client.fault('slow-pd')).toMatchObject({ name: 'slow-pd', delay: { time: '20ms' } });
  expect(await client.faults()).toEqual({
    faults: [expect.objectContaining({ name: 'slow-pd' })],
    expiresAt: { 'slow-pd': agent.clock.now() + 60_000 },
  });
  expect(await client.deleteFault('slow-pd', { dryRun: true })).toMatchObject({ dryRun: true });
  expect((await client.faults()).faults).toHaveLength(1);
  expect(await client.deleteFault('slow-pd')).toMatchObject({ faults: [] });
});

test('the whole set is replaced and taken away in one step, plans stay', async () => {
  await client.putPlan('controller', plan(1));
  await client.putFault('old', slow);
  const replaced = await client.putFaults([{ name: 'new', ...slow }]);
  expect(replaced).toMatchObject({ dryRun: false, faults: [{ name: 'new' }] });
  expect(await client.deleteFaults({ drain: false })).toMatchObject({ faults: [] });
  expect(await client.plans()).toHaveLength(1);
});

test('a delay for everybody is set and read back', async () => {
  const set = await client.setLatency('20ms');
  expect(set.latency).toEqual(Duration.parse('20ms'));
  expect(set.command).toMatch(/^tc qdisc .* delay 20ms/);
  expect(await client.latency()).toMatchObject({
    latency: Duration.parse('20ms'),
    device: 'eth0',
    faults: ['latency'],
  });
  expect((await client.setLatency('0ms')).latency.isZero).toBe(true);
});

test('the state is what is asked and what the kernel has', async () => {
  await client.putFault('slow-pd', slow);
  await client.putPlan('controller', plan(1));
  expect(await client.state()).toMatchObject({
    desired: { faults: [{ name: 'slow-pd' }] },
    plans: [{ name: 'controller', drift: 0 }],
    drift: [],
    capabilities: { netem: { available: true } },
    expiresAt: expect.any(Number),
    survivesRestart: { saved: true },
  });
});

test('what happens to a packet is explained', async () => {
  await client.putFault('slow-pd', { ...slow, to: [{ cidr: '10.1.2.3', ports: [2379] }] });
  const met = await client.explain({ dst: '10.1.2.3', port: 2379 });
  expect(met).toMatchObject({ packet: { port: 2379 }, egress: { exempt: false, faults: ['slow-pd'] } });
  expect(met.expected.roundTrip).toEqual({ least: Duration.parse('20ms'), most: Duration.parse('20ms') });
  expect(await client.explain({ dst: '10.1.2.3', direction: 'egress' })).toMatchObject({
    egress: { faults: [] },
    note: 'with a port: slow-pd',
  });
  await client.putFault('cut', { partition: true });
  expect((await client.explain({ dst: '10.1.2.4' })).expected.roundTrip).toBe('never');
});

test('a probe measures, in durations', async () => {
  const found = await client.probe({ dst: '127.0.0.1', count: 3, interval: '1ms' });
  expect(found).toMatchObject({
    ...{ dst: '127.0.0.1', port: 7, count: 3 },
    roundTrip: { answered: 3, lost: 0 },
    idle: { answered: 3, lost: 0 },
  });
  expect(found.roundTrip.median).toBeInstanceOf(Duration);
  expect(found.added.median).toBeInstanceOf(Duration);
});

test('a plan is set, read, renewed and taken away', async () => {
  const set = await client.putPlan('controller', plan(12));
  const now = agent.clock.now();
  expect(set).toEqual({
    ...{ name: 'controller', generation: 12, time: now, heardAt: now, drift: 0 },
    faults: [
      { name: 'slow-pd.networkfault', state: 'in-force', changesAt: now + 60_000 },
      { name: 'later.networkfault', state: 'waiting', changesAt: now + 10_000 },
    ],
  });
  agent.clock.advance(1_000);
  expect(await client.plan('controller')).toMatchObject({ time: now + 1_000, heardAt: now });
  expect(await client.renewPlan('controller', 12)).toMatchObject({ heardAt: now + 1_000 });
  expect(await client.plans()).toMatchObject([{ name: 'controller', generation: 12 }]);
  await client.deletePlan('controller', 12);
  await client.putPlan('other', plan(1));
  await client.deletePlans();
  await client.deletePlan('controller');
  expect(await client.plans()).toEqual([]);
});

test.each<[string, () => Promise<unknown>, object]>([
  ['a fault that is none', () => client.putFault('a', { dealy: '1ms' }), { status: 400, field: 'dealy' }],
  ['a fault that is not there', () => client.deleteFault('a'), { status: 404, code: 'no-such-fault' }],
  ['a plan that is not there', () => client.plan('a'), { status: 404, code: 'no-such-plan' }],
  ['a lease of none', () => client.renewPlan('a', 1), { status: 404, code: 'no-such-plan' }],
  ['a plan of yesterday', () => client.putPlan('held', plan(1)), { status: 409, code: 'stale-generation' }],
  ['a lease of another', () => client.renewPlan('held', 3), { status: 409, code: 'other-generation' }],
  ['an end of yesterday', () => client.deletePlan('held', 1), { status: 409, code: 'stale-generation' }],
  ['a delay that is none', () => client.setLatency('soon/er'), { status: 400, code: 'invalid-duration' }],
  ['a probe to nobody', () => client.probe({ dst: 'pd' }), { status: 400, field: 'dst' }],
])('the problem of an agent comes through whole: %s', async (_, call, problem) => {
  await client.putPlan('held', plan(2));
  expect(await failure(call())).toMatchObject({
    ...problem,
    detail: expect.any(String),
    hint: expect.stringMatching(/./),
  });
});

describe('others than today’s agents', () => {
  const answers = new Map<string, { readonly status: number; readonly text: string }>();
  let server: Server;
  let there: AgentTransport & { close(): void };
  beforeAll(async () => {
    server = createServer((request, response) => {
      const { status, text } = answers.get(`${request.method} ${request.url}`) ?? { status: 404, text: '' };
      response.writeHead(status).end(text);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    there = httpTransport('127.0.0.1', (server.address() as AddressInfo).port);
  });
  afterAll(() => {
    there.close();
    server.close();
  });
  const answering = (call: string, status: number, body: unknown): AgentClient => {
    answers.set(call, { status, text: typeof body === 'string' ? body : JSON.stringify(body) });
    return new AgentClient(there);
  };

  test('what a newer agent says besides is passed over', async () => {
    const newer = answering('GET /v1/plans/a', 200, {
      ...{ name: 'a', generation: 1, time: '2026-11-21T12:00:00.123Z', heardAt: '2026-11-21T12:00:00Z' },
      ...{ faults: [{ name: 'b', state: 'in-force', weather: 'fine' }], drift: 0, mood: 'good' },
    });
    expect(await newer.plan('a')).toEqual({
      ...{ name: 'a', generation: 1, time: Date.UTC(2026, 10, 21, 12, 0, 0, 123), drift: 0 },
      heardAt: Date.UTC(2026, 10, 21, 12),
      faults: [{ name: 'b', state: 'in-force' }],
    });
  });

  const long = 'x'.repeat(5_000);
  const heldBy = (faults: readonly object[]): object => ({
    ...{ name: long, generation: 1, time: '2026-11-21T12:00:00Z', heardAt: '2026-11-21T12:00:00Z' },
    ...{ faults, drift: 0 },
  });

  test('of what somebody says at length the beginning is kept', async () => {
    const words = { code: long, detail: long, hint: long };
    const held = heldBy([{ name: long, state: 'refused', ...words }]);
    const { name, faults } = await answering('GET /v1/plans/a', 200, held).plan('a');
    const [fault] = faults;
    expect([name, fault?.name].map((text) => text?.length)).toEqual([253, 253]);
    expect([fault?.code, fault?.detail, fault?.hint].map((text) => text?.length)).toEqual(
      Array(3).fill(1_024),
    );
  });

  test('of a refusal at length the beginning is kept', async () => {
    const words = { code: long, title: long, detail: long, hint: long, field: long };
    const refusing = answering('GET /v1/plans/a', 400, { status: 400, ...words });
    const refused = (await failure(refusing.plan('a'))) as Record<string, string>;
    for (const key of Object.keys(words)) expect([key, refused[key]?.length]).toEqual([key, 1_024]);
  });

  test.each<[string, string, unknown, (client: AgentClient) => Promise<unknown>]>([
    [
      'more faults than a plan has',
      'GET /v1/plans/a',
      heldBy(Array(257).fill({ name: 'b', state: 'in-force' })),
      (client) => client.plan('a'),
    ],
    [
      'more keys than a ring has',
      'GET /v1/keys',
      { generation: 1, keys: Array(17).fill({}) },
      (client) => client.keys(),
    ],
  ])('%s are no answer of an agent', async (_, call, body, ask) => {
    expect(await failure(ask(answering(call, 200, body)))).toMatchObject({ code: 'agent-answer' });
  });

  test.each<[string, number, unknown, RegExp]>([
    ['a page', 200, '<html>', /GET \/version: answer: /],
    ['JSON of somebody else', 200, { version: 7, node: 'v24' }, /version: /],
    ['an error without a problem', 404, '<h1>not found</h1>', /status 404/],
    ['a redirection', 302, '', /status 302/],
  ])('%s is not taken for the answer of an agent', async (_, status, body, detail) => {
    expect(await failure(answering('GET /version', status, body).version())).toMatchObject({
      ...{ code: 'agent-answer', status: 502 },
      detail: expect.stringMatching(detail),
    });
  });
});
