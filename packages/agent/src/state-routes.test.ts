import { startTestAgent, type TestAgent } from './testing';

let agent: TestAgent;

beforeEach(async () => {
  agent = await startTestAgent();
});
afterEach(() => agent.agent.close());

test('a filter of somebody else on the way in is told as a caution, and is no drift', async () => {
  const theirs = {
    parent: 'ingress',
    pref: 7,
    protocol: 'ip',
    kind: 'flower',
    u32: undefined,
    bpf: undefined,
  };
  agent.driver.tamperHook('eth0', () => ({ qdisc: 'clsact', filters: [theirs], egressFilters: [] }));
  expect((await agent.call('/v1/state')).body).toMatchObject({ cautions: [], drift: [] });
  await agent.put('/v1/faults/cut', { partition: true, direction: 'ingress' });
  expect((await agent.call('/v1/state')).body).toMatchObject({
    cautions: [expect.stringContaining('pref 7 (flower)')],
    drift: [],
  });
});

test('losses that cannot be combined are refused while a partition hides them', async () => {
  expect((await agent.put('/v1/faults/cut', { partition: true, ttl: '1m' })).status).toBe(200);
  expect((await agent.put('/v1/faults/bursts', { loss: { gemodel: { p: '1%' } } })).status).toBe(200);
  expect(await agent.put('/v1/faults/states', { loss: { state: { p13: '1%' } } })).toMatchObject({
    status: 409,
    body: { code: 'not-composable' },
  });
});
