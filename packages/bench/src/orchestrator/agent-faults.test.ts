import { Duration, parseFault } from '@podlag/core';
import { FakeClock } from '@podlag/core/testing';
import { KeyRing } from '@podlag/access';
import { startTestAgent, type TestAgent } from '@podlag/agent/testing';
import type { Condition } from '../scenario/bench-scenario';
import { AgentFaults, type AgentFaultsOptions } from './agent-faults';
import type { ExpectedWorker } from './expected-worker';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const lease = Duration.parse('40s');

interface Bed {
  readonly agent: TestAgent;
  readonly worker: ExpectedWorker;
  readonly faults: AgentFaults;
  readonly clock: FakeClock;
}

async function bed(
  options: Partial<AgentFaultsOptions> = {},
  env: Record<string, string> = {},
): Promise<Bed> {
  const clock = new FakeClock();
  const agent = await startTestAgent({ clock, env });
  closers.push(() => agent.agent.close());
  const worker: ExpectedWorker = {
    ...{ name: 'a', node: 'node-a', zone: undefined, network: 'pod' },
    agent: { host: '127.0.0.1', port: agent.agent.port },
  };
  return { agent, worker, clock, faults: new AgentFaults({ clock, ...options }) };
}

function condition(...documents: readonly object[]): Condition {
  const faults = documents.map((document, index) => parseFault(document, `fault-${index}`));
  return { name: 'slow', side: 'client', faults };
}

const slow = condition({ delay: { time: '20ms' } });

const plan = async ({ agent }: Bed) => (await agent.call('/v1/plans/bench')).body;
/** Names of the faults that a packet to that address meets. */
const metBy = async ({ agent }: Bed, dst: string) => {
  const { body } = await agent.call(`/v1/explain?dst=${dst}&port=80`);
  return (body as { egress?: { faults: string[] } }).egress?.faults ?? [];
};

test('faults are in force toward the other end alone, with a lease, when it resolves', async () => {
  const made = await bed();
  await made.faults.set(made.worker, ['10.0.0.2', 'fd00::2'], slow, lease);
  expect(await plan(made)).toMatchObject({ faults: [{ name: 'fault-0', state: 'in-force' }], drift: 0 });
  expect(await metBy(made, '10.0.0.2')).toEqual(['bench/fault-0']);
  expect(await metBy(made, 'fd00::2')).toEqual(['bench/fault-0']);
  expect(await metBy(made, '10.0.0.3')).toEqual([]);
  made.clock.advance(lease.milliseconds + 1);
  expect(await plan(made)).toMatchObject({ faults: [{ state: 'expired' }] });
});

test('a fault that has targets of its own keeps them', async () => {
  const made = await bed();
  const own = condition({ delay: { time: '20ms' }, to: [{ cidr: '192.0.2.0/24' }] });
  await made.faults.set(made.worker, ['10.0.0.2'], own, lease);
  expect(await metBy(made, '192.0.2.9')).toEqual(['bench/fault-0']);
  expect(await metBy(made, '10.0.0.2')).toEqual([]);
});

test('the name of a Service is met by all of its addresses', async () => {
  const made = await bed({ resolve: (host) => Promise.resolve(host === 'web' ? ['10.96.0.7'] : []) });
  await made.faults.set(made.worker, ['10.0.0.2', 'web'], slow, lease);
  expect(await metBy(made, '10.96.0.7')).toEqual(['bench/fault-0']);
  expect(await metBy(made, '10.0.0.2')).toEqual(['bench/fault-0']);
});

test('cleared faults are gone', async () => {
  const made = await bed();
  await made.faults.set(made.worker, ['10.0.0.2'], slow, lease);
  await made.faults.clear(made.worker);
  expect(await plan(made)).toMatchObject({ code: 'no-such-plan' });
  expect(await metBy(made, '10.0.0.2')).toEqual([]);
});

test('an orchestrator whose clock is behind that of one before it is not taken for an older one', async () => {
  const made = await bed();
  for (let time = 0; time < 3; time += 1) await made.faults.set(made.worker, ['10.0.0.3'], slow, lease);
  await new AgentFaults({ clock: made.clock }).set(made.worker, ['10.0.0.2'], slow, lease);
  expect(await plan(made)).toMatchObject({ faults: [{ state: 'in-force' }] });
  expect(await metBy(made, '10.0.0.2')).toEqual(['bench/fault-0']);
});

test('what is in force still is told from what is not any more', async () => {
  const made = await bed();
  await made.faults.set(made.worker, ['10.0.0.2'], slow, lease);
  await made.faults.assertInForce(made.worker, slow);
  made.clock.advance(lease.milliseconds + 1);
  await expect(made.faults.assertInForce(made.worker, slow)).rejects.toMatchObject({
    ...{ code: 'fault-failed', detail: expect.stringMatching(/fault fault-0 is expired/) },
  });
  await made.agent.call('/v1/plans', { method: 'DELETE' });
  await expect(made.faults.assertInForce(made.worker, slow)).rejects.toMatchObject({
    ...{ code: 'fault-failed', detail: expect.stringMatching(/no-such-plan/) },
  });
});

test('an agent that takes no orders from us has refused, which leaves nothing behind', async () => {
  const made = await bed(
    {},
    {
      PODLAG_ACCESS: 'token',
      PODLAG_TOKEN_KEYS: JSON.stringify(KeyRing.generate(new FakeClock().date).publicKeys.document()),
      ...{ PODLAG_POD_NAMESPACE: 'shop', PODLAG_POD_NAME: 'a' },
    },
  );
  const refusal = { code: 'fault-refused', detail: expect.stringMatching(/token-missing/) };
  await expect(made.faults.set(made.worker, ['10.0.0.2'], slow, lease)).rejects.toMatchObject(refusal);
  await expect(made.faults.clear(made.worker)).rejects.toMatchObject(refusal);
});

test('what was cleared twice, or never set, is no error', async () => {
  const made = await bed();
  await made.faults.clear(made.worker);
  await made.faults.clear({ ...made.worker, agent: undefined });
});

test.each<[string, (made: Bed) => Promise<unknown>, RegExp]>([
  [
    'there is no agent',
    ({ faults, worker }) => faults.set({ ...worker, agent: undefined }, ['10.0.0.2'], slow, lease),
    /worker a, condition slow: there is no agent beside it/,
  ],
  [
    'the agent does not answer',
    async ({ faults, worker, agent }) => {
      await agent.agent.close();
      await faults.set(worker, ['10.0.0.2'], slow, lease);
    },
    /agent-unreachable/,
  ],
  [
    'the other end has no address',
    ({ faults, worker }) => faults.set(worker, [], slow, lease),
    /the other end has no address/,
  ],
  [
    'a name cannot be resolved',
    ({ worker, clock }) =>
      new AgentFaults({ clock, resolve: () => Promise.reject(new Error('ENOTFOUND')) }).set(
        ...([worker, ['nowhere'], slow, lease] as const),
      ),
    /nowhere has no address: ENOTFOUND/,
  ],
])('it is a fault-failed when %s', async (_, act, detail) => {
  await expect(act(await bed())).rejects.toMatchObject({
    code: 'fault-failed',
    detail: expect.stringMatching(detail),
    hint: expect.any(String),
  });
});
