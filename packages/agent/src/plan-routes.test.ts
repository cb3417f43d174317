import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { FakeClock } from '@podlag/core/testing';
import { FakeDriver, netemErrors } from '@podlag/netem';
import { startTestAgent, type Reply, type TestAgent } from './testing';

let agent: TestAgent;
beforeEach(async () => (agent = await startTestAgent()));
afterEach(() => agent.agent.close());

interface Status {
  readonly generation: number;
  readonly faults: readonly { readonly name: string; readonly state: string; readonly code?: string }[];
}

const slow = { name: 'slow.networkfault', delay: { time: '20ms' } };
const start = (): string => agent.clock.date.toISOString();
const putPlan = (generation: number, ...faults: readonly object[]): Promise<Reply> =>
  agent.put('/v1/plans/controller', { generation, faults });
const renew = (generation: number): Promise<Reply> => agent.put('/v1/plans/controller/lease', { generation });
const remove = (path: string): Promise<Reply> => agent.call(path, { method: 'DELETE' });
const status = async (name = 'controller'): Promise<Status> =>
  (await agent.call(`/v1/plans/${name}`)).body as Status;
const states = async (): Promise<readonly string[]> => (await status()).faults.map(({ state }) => state);

interface StateBody {
  readonly desired: { readonly faults: readonly { readonly name: string }[] };
  readonly plans: readonly Status[];
  readonly drift: readonly unknown[];
}
const state = async (): Promise<StateBody> => (await agent.call('/v1/state')).body as StateBody;
/** As the kernel has it. */
const latency = async (): Promise<string> =>
  ((await agent.call('/latency')).body as { latency: string }).latency;

/** Each call gives what was begun at a moment a turn to go on. */
async function until(found: () => Promise<unknown>, wanted: unknown): Promise<void> {
  let last: unknown;
  for (let turn = 0; turn < 200; turn += 1) {
    last = await found();
    if (JSON.stringify(last) === JSON.stringify(wanted)) return;
  }
  expect(last).toEqual(wanted);
}

test('a plan is in force when it is answered, and says so', async () => {
  const { status: code, body } = await putPlan(12, slow, {
    ...slow,
    name: 'lossy',
    loss: { ratio: '1%' },
    ttl: '1m',
  });
  expect(code).toBe(200);
  const { clock } = agent;
  expect(body).toEqual({
    ...{ name: 'controller', generation: 12, drift: 0 },
    ...{ time: clock.date.toISOString(), heardAt: clock.date.toISOString() },
    faults: [
      { name: 'slow.networkfault', state: 'in-force' },
      { name: 'lossy', state: 'in-force', changesAt: new Date(clock.now() + 60_000).toISOString() },
    ],
  });
  expect(await latency()).toBe('40ms');
  expect((await agent.call('/v1/plans')).body).toEqual({ plans: [body] });
});

test('plans and calls compose, and neither takes away what the other has set', async () => {
  await putPlan(1, slow);
  await agent.call('/latency/5ms');
  expect(await latency()).toBe('25ms');
  expect((await agent.call('/v1/faults')).body).toMatchObject({
    faults: [{ name: 'latency' }],
    expiresAt: {},
  });
  expect(await state()).toMatchObject({
    desired: { faults: [{ name: 'latency' }] },
    plans: [{ name: 'controller', faults: [{ state: 'in-force' }] }],
    drift: [],
  });
  expect((await agent.call('/v1/explain?dst=10.0.0.9&direction=egress')).body).toMatchObject({
    egress: { faults: ['controller/slow.networkfault', 'latency'] },
  });
  await agent.put('/v1/faults', { faults: [{ name: 'other', delay: { time: '1ms' } }] });
  expect(await latency()).toBe('21ms');
  expect((await remove('/v1/faults')).body).toMatchObject({ faults: [] });
  expect(await latency()).toBe('20ms');
  expect(await remove('/v1/faults/controller%2Fslow.networkfault')).toMatchObject({ status: 404 });
  expect((await agent.call('/v1/faults/controller%2Fslow.networkfault')).status).toBe(404);
  await agent.call('/latency/5ms');
  expect((await remove('/v1/plans/controller')).body).toEqual({ plans: [] });
  expect(await latency()).toBe('5ms');
});

test('64 faults of calls and 256 of a plan may be together', async () => {
  const many = (count: number): readonly object[] =>
    Array.from({ length: count }, (_, index) => ({ name: `f${index}`, loss: { ratio: '0.01%' } }));
  expect((await putPlan(1, ...many(256))).status).toBe(200);
  expect((await agent.put('/v1/faults', { faults: many(63) })).status).toBe(200);
  expect((await agent.put('/v1/faults/the-last', { partition: true })).status).toBe(200);
  expect((await agent.put('/v1/faults/one-more', { partition: true })).body).toMatchObject({
    code: 'too-many-faults',
  });
  expect((await putPlan(2, ...many(257))).body).toMatchObject({ code: 'invalid-plan', field: 'faults' });
});

test('a lower generation changes nothing, the same or a higher one replaces', async () => {
  await putPlan(7, slow);
  expect(await putPlan(6)).toMatchObject({
    status: 409,
    body: { code: 'stale-generation', detail: expect.stringContaining('lower than 7') },
  });
  expect(await remove('/v1/plans/controller?generation=6')).toMatchObject({ status: 409 });
  expect(await latency()).toBe('20ms');
  expect((await putPlan(7, { ...slow, delay: { time: '30ms' } })).status).toBe(200);
  expect(await latency()).toBe('30ms');
  expect((await putPlan(9)).status).toBe(200);
  expect(await latency()).toBe('0ms');
});

test('of a plan and its deletion at the same time both are answered, and the older owner stays out', async () => {
  const [put, deletion] = await Promise.all([
    putPlan(5, slow, gemodel('one'), gemodel('two')),
    remove('/v1/plans/controller?generation=6'),
  ]);
  expect(put).toMatchObject({
    status: 200,
    body: { generation: 5, faults: [{ state: 'in-force' }, { state: 'in-force' }, { state: 'refused' }] },
  });
  expect(deletion).toMatchObject({ status: 200, body: { plans: [] } });
  expect(await putPlan(5, slow)).toMatchObject({
    status: 409,
    body: {
      code: 'stale-generation',
      hint: expect.stringContaining('DELETE /v1/plans/controller without a generation'),
    },
  });
});

test('who has been replaced does not come back by way of a deletion, but one that begins anew later does', async () => {
  await putPlan(7, slow);
  await remove('/v1/plans/controller?generation=8');
  expect(await putPlan(6, slow)).toMatchObject({ status: 409, body: { code: 'stale-generation' } });
  agent.clock.advance(60_000);
  expect((await putPlan(6, slow)).status).toBe(200);
  await remove('/v1/plans/controller');
  expect((await putPlan(1, slow)).status).toBe(200);
});

test('a generation counts for a minute, and as long as a lease of its plan runs', async () => {
  await putPlan(7, { ...slow, ttl: '5m' });
  agent.clock.advance(299_999);
  expect((await putPlan(6, slow)).status).toBe(409);
  agent.clock.advance(1);
  expect((await putPlan(6, slow)).status).toBe(200);
});

test('a lease ends what its owner has not renewed, and the owner may come back', async () => {
  await putPlan(3, { ...slow, ttl: '10s' });
  agent.clock.advance(9_000);
  expect(await renew(3)).toMatchObject({
    status: 200,
    body: { heardAt: start(), faults: [{ state: 'in-force' }] },
  });
  agent.clock.advance(9_999);
  await until(states, ['in-force']);
  agent.clock.advance(1);
  await until(states, ['expired']);
  expect(await latency()).toBe('0ms');
  expect(await renew(3)).toMatchObject({ status: 200, body: { faults: [{ state: 'in-force' }] } });
  expect(await latency()).toBe('20ms');
});

test('to renew costs the kernel nothing', async () => {
  await putPlan(3, { ...slow, ttl: '10s' });
  const { length } = agent.driver.applied;
  await renew(3);
  expect(agent.driver.applied).toHaveLength(length);
});

test.each<[string, () => Promise<Reply>, object]>([
  ['a lease of no plan', () => renew(1), { status: 404, body: { code: 'no-such-plan' } }],
  ['no plan', () => agent.call('/v1/plans/nobody'), { status: 404, body: { code: 'no-such-plan' } }],
  [
    'a lease of another generation',
    async () => {
      await putPlan(2);
      return renew(3);
    },
    { status: 409, body: { code: 'other-generation', detail: expect.stringContaining('generation 2') } },
  ],
  [
    'a lease without a generation',
    () => agent.put('/v1/plans/controller/lease', {}),
    { status: 400, body: { code: 'malformed-request', field: 'generation' } },
  ],
  [
    'a generation that is no number',
    () => remove('/v1/plans/controller?generation=x'),
    { status: 400, body: { code: 'malformed-request', field: 'generation' } },
  ],
  [
    'a parameter that there is not',
    () => remove('/v1/plans/controller?genration=1'),
    { status: 400, body: { hint: expect.stringContaining('Did you mean generation?') } },
  ],
  [
    'a plan that does not parse',
    () => putPlan(1, { name: 'x' }),
    { status: 400, body: { code: 'invalid-plan', field: 'faults.0' } },
  ],
  [
    'a plan of a bad name',
    () => agent.put('/v1/plans/a.b', { generation: 0, faults: [] }),
    { status: 400, body: { code: 'invalid-plan', field: 'name' } },
  ],
  [
    'more targets than there is room for',
    () =>
      putPlan(1, {
        ...slow,
        to: Array.from({ length: 20_001 }, () => ({ cidr: '10.0.0.1' })),
      }),
    { status: 422, body: { code: 'too-many-targets' } },
  ],
])('%s is a problem', async (_, ask, expected) => {
  expect(await ask()).toMatchObject(expected);
});

test('to delete what is not there is fine, and to delete all takes nothing but plans', async () => {
  expect(await remove('/v1/plans/controller?generation=3')).toMatchObject({
    status: 200,
    body: { plans: [] },
  });
  await putPlan(5, slow);
  await agent.put('/v1/plans/other', { generation: 0, faults: [slow] });
  await agent.call('/latency/1ms');
  expect(await remove('/v1/plans')).toMatchObject({ status: 200, body: { plans: [] } });
  expect(await latency()).toBe('1ms');
});

test('the agent keeps the times of a plan by itself, to the millisecond', async () => {
  await putPlan(1, { ...slow, timing: { start: start(), at: '1s', for: '500ms', every: '2s', until: '4s' } });
  const found: [number, string][] = [[0, await latency()]];
  for (let ms = 1; ms <= 5_000; ms += 1) {
    agent.clock.advance(1);
    if (![0, 499, 500, 999].includes(ms % 1_000)) continue;
    for (let turn = 0; turn < 8; turn += 1) await agent.call('/healthz');
    const now = await latency();
    if (now !== found.at(-1)![1]) found.push([ms, now]);
  }
  expect(found).toEqual([
    [0, '0ms'],
    [1_000, '20ms'],
    [1_500, '0ms'],
    [3_000, '20ms'],
    [3_500, '0ms'],
  ]);
  expect(await states()).toEqual(['ended']);
  expect((await state()).drift).toEqual([]);
});

test('a ramp goes from step to step', async () => {
  const ramp = { of: 'delay', from: '0ms', to: '100ms', steps: 5, over: '5s' };
  await putPlan(1, { ...slow, timing: { start: start(), for: '6s', ramp } });
  expect([await latency(), await states()]).toEqual(['0ms', ['waiting']]);
  for (const expected of ['25ms', '50ms', '75ms', '100ms', '100ms', '0ms']) {
    agent.clock.advance(1_000);
    await until(latency, expected);
  }
});

test('a ramp writes no lease for a step: a restart finds where it stands by the time', async () => {
  const ramp = { of: 'delay', from: '10ms', to: '100ms', steps: 10 };
  await putPlan(1, { ...slow, timing: { start: start(), for: '10s', ramp } });
  const written = async (): Promise<unknown> => {
    const { ino, mtimeNs } = await stat(join(agent.runDirectory, 'lease.json'), { bigint: true });
    return [ino, mtimeNs];
  };
  const first = await written();
  for (const expected of ['20ms', '30ms', '40ms']) {
    agent.clock.advance(1_000);
    await until(latency, expected);
  }
  expect(await written()).toEqual(first);
  await restarted();
  expect([await latency(), await states()]).toEqual(['40ms', ['in-force']]);
  agent.clock.advance(1_000);
  await until(latency, '50ms');
  agent.clock.advance(6_000);
  await until(states, ['ended']);
  expect(await written()).not.toEqual(first);
});

/** One whose time of day can be set, and whose timers count on. */
class SetClock extends FakeClock {
  setForwardMs = 0;

  override now(): number {
    return super.now() + this.setForwardMs;
  }
}

test('when the clock is set, the plan is where the clock says that it is', async () => {
  await agent.agent.close();
  const clock = new SetClock();
  agent = await startTestAgent({ clock });
  await putPlan(1, { ...slow, ttl: '1h', timing: { start: start(), at: '10s', for: '10s' } });
  clock.setForwardMs = 10_000;
  clock.advance(2_000);
  await until(latency, '20ms');
  clock.setForwardMs = 0;
  clock.advance(2_000);
  await until(latency, '0ms');
  expect(await states()).toEqual(['waiting']);
});

test('a moment that the kernel refuses is tried again, and until then the status says what is', async () => {
  await putPlan(1, { ...slow, timing: { start: start(), at: '1s' } });
  agent.driver.failure = netemErrors.error('tc-failed', 'tc qdisc change ...: Device or resource busy');
  agent.clock.advance(1_000);
  await until(() => Promise.resolve(agent.driver.failure === undefined), true);
  expect(await states()).toEqual(['waiting']);
  expect(await latency()).toBe('0ms');
  agent.clock.advance(1_500);
  await until(latency, '20ms');
  expect(await states()).toEqual(['in-force']);
});

const gemodel = (name: string): object => ({ name, loss: { gemodel: { p: '1%' } } });

test('a fault that cannot be combined is refused alone, until what is in its way is gone', async () => {
  await putPlan(1, gemodel('one'), gemodel('two'), slow);
  expect((await status()).faults).toMatchObject([
    { name: 'one', state: 'in-force' },
    {
      name: 'two',
      state: 'refused',
      code: 'not-composable',
      detail: expect.any(String),
      hint: expect.any(String),
    },
    { name: 'slow.networkfault', state: 'in-force' },
  ]);
  expect(await latency()).toBe('20ms');
  await putPlan(2, gemodel('two'), slow);
  expect(await states()).toEqual(['in-force', 'in-force']);
});

test('a step of a ramp does not try again what was refused a moment ago', async () => {
  const ramp = { of: 'delay', from: '10ms', to: '40ms', steps: 4 };
  const ramped = { ...slow, timing: { start: start(), for: '20s', ramp } };
  await putPlan(1, ramped, gemodel('one'), gemodel('two'));
  const look = jest.spyOn(agent.driver, 'capabilities');
  agent.clock.advance(5_000);
  await until(latency, '20ms');
  expect(await states()).toEqual(['in-force', 'in-force', 'refused']);
  // To look anew is what a refused set costs first.
  expect(look).not.toHaveBeenCalledWith(true);
  expect(await renew(1)).toMatchObject({ status: 200 });
  expect(look).not.toHaveBeenCalledWith(true);
});

test('a call that takes away what was in the way brings a refused fault into force', async () => {
  await agent.put('/v1/faults/mine', { loss: { gemodel: { p: '2%' } } });
  await putPlan(1, gemodel('one'));
  expect(await states()).toEqual(['refused']);
  await remove('/v1/faults/mine');
  await until(states, ['in-force']);
});

test('a fault whose end makes room lets a refused one in, at the moment itself and without its owner', async () => {
  await putPlan(1, { ...gemodel('one'), timing: { start: start(), for: '5s' } }, gemodel('two'));
  expect(await states()).toEqual(['in-force', 'refused']);
  agent.clock.advance(5_000);
  await until(states, ['ended', 'in-force']);
});

test('what the node lacks is said of each fault that needs it, and is tried again when the owner is heard of later', async () => {
  await agent.agent.close();
  const driver = new FakeDriver();
  const { capable } = driver;
  const missing = {
    available: false,
    code: 'netem-missing',
    reason: 'unknown',
    hint: 'modprobe sch_netem',
  } as const;
  driver.capable = {
    ...capable,
    netem: missing,
    kinds: { ...capable.kinds, delay: missing },
  };
  agent = await startTestAgent({ driver });
  expect(await putPlan(1, slow, { name: 'cut', partition: true, to: [{ cidr: '10.0.0.7' }] })).toMatchObject({
    status: 200,
    body: {
      faults: [
        { state: 'refused', code: 'netem-missing', hint: 'modprobe sch_netem' },
        { state: 'in-force' },
      ],
    },
  });
  driver.capable = capable;
  expect(await renew(1)).toMatchObject({ body: { faults: [{ state: 'refused' }, { state: 'in-force' }] } });
  agent.clock.advance(30_000);
  expect(await renew(1)).toMatchObject({ body: { faults: [{ state: 'in-force' }, { state: 'in-force' }] } });
  expect(await latency()).toBe('20ms');
});

test('a plan that the kernel refuses is not held', async () => {
  await putPlan(1, slow);
  agent.driver.failure = netemErrors.error('tc-failed', 'tc qdisc change ...: Invalid argument');
  expect(await putPlan(2, { ...slow, delay: { time: '30ms' } })).toMatchObject({
    status: 500,
    body: { code: 'tc-failed' },
  });
  expect(await status()).toMatchObject({ generation: 1, faults: [{ state: 'in-force' }] });
  expect(await latency()).toBe('20ms');
});

test('drift is read from the kernel for each answer', async () => {
  await putPlan(1, slow);
  expect(await status()).toMatchObject({ drift: 0 });
  agent.driver.tamper('eth0', (observed) => ({ ...observed, filters: [] }));
  expect(((await status()) as { drift?: number }).drift).toBeGreaterThan(0);
});

async function restarted(before: (agent: TestAgent) => void = () => undefined): Promise<void> {
  await agent.agent.close();
  const { driver, clock, runDirectory } = agent;
  before(agent);
  agent = await startTestAgent({ driver: new FakeDriver(driver.kernel), clock, runDirectory });
}

test('a restarted agent takes a plan up where it stands now', async () => {
  const ramp = { of: 'delay', from: '10ms', to: '30ms', steps: 3 };
  await putPlan(4, {
    ...slow,
    ttl: '1h',
    timing: { start: start(), at: '2s', for: '3s', every: '10s', ramp },
  });
  await agent.call('/latency/1ms');
  await restarted(({ clock }) => clock.advance(3_500));
  expect([await latency(), await states()]).toEqual(['21ms', ['in-force']]);
  expect((await agent.call('/v1/faults')).body).toMatchObject({ faults: [{ name: 'latency' }] });
  agent.clock.advance(1_500);
  await until(latency, '1ms');
  expect((await putPlan(3)).status).toBe(409);
  expect((await renew(4)).status).toBe(200);
});

test('a lease that has run out while the agent was away is out', async () => {
  await putPlan(4, { ...slow, ttl: '10s' });
  await restarted(({ clock }) => clock.advance(10_000));
  expect([await latency(), await states()]).toEqual(['0ms', ['expired']]);
});

test('what was renewed before a restart is renewed', async () => {
  await putPlan(4, { ...slow, ttl: '10s' });
  agent.clock.advance(9_000);
  await renew(4);
  await restarted(({ clock }) => clock.advance(5_000));
  expect(await states()).toEqual(['in-force']);
});

test('a plan that was deleted does not come back with a restart', async () => {
  await putPlan(4, slow);
  await remove('/v1/plans/controller');
  await restarted();
  expect((await agent.call('/v1/plans')).body).toEqual({ plans: [] });
  expect(await latency()).toBe('0ms');
});

test('what is refused at a restart says why', async () => {
  await putPlan(4, gemodel('one'), gemodel('two'));
  await restarted();
  await until(states, ['in-force', 'refused']);
});
