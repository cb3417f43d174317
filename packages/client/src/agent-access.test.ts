import { KeyRing } from '@podlag/access';
import { startTestAgent, type TestAgent } from '@podlag/agent/testing';
import { FakeClock } from '@podlag/core/testing';
import { kubeErrors } from '@podlag/kube';
import { AgentClient } from './agent-client';
import type { Authorize } from './agent-calls';
import { httpTransport } from './http-transport';
import { TokenSource } from './token-source';

const clock = new FakeClock();
const ring = KeyRing.generate(clock.date);
const started: TestAgent[] = [];
const opened: { close(): void }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) one.close();
  for (const { agent } of started.splice(0)) await agent.close();
});

async function agentIn(mode: 'open' | 'token'): Promise<(authorize?: Authorize) => AgentClient> {
  const env = {
    PODLAG_ACCESS: mode,
    PODLAG_TOKEN_KEYS: JSON.stringify(ring.publicKeys.document()),
    PODLAG_POD_NAMESPACE: 'shop',
    PODLAG_POD_NAME: 'tikv-0',
  };
  const agent = await startTestAgent({ clock, ...(mode === 'token' && { env }) });
  const transport = httpTransport('127.0.0.1', agent.agent.port);
  started.push(agent);
  opened.push(transport);
  return (authorize) => new AgentClient(transport, { ...(authorize && { authorize }) });
}

const source = new TokenSource(() => Promise.resolve(ring), clock);
const tokenFor = (namespace: string, keys?: true): Authorize => {
  return () => source.tokenFor({ namespace, ...(keys && { keys }) });
};
const slow = { delay: { time: '20ms' } };

test('without a token an agent in token mode is read, not changed, and the hint says where tokens come from', async () => {
  const client = (await agentIn('token'))();
  expect((await client.faults()).faults).toEqual([]);
  expect((await client.latency()).latency.isZero).toBe(true);
  await expect(client.putFault('a', slow)).rejects.toMatchObject({
    ...{ code: 'token-missing', kind: { status: 401 } },
    hint: expect.stringMatching(/kubectl podlag.*podlag-system\/podlag-token-keys/),
  });
});

test.each<[string, (client: AgentClient) => Promise<unknown>]>([
  ['putFault', (client) => client.putFault('a', slow)],
  ['putFaults', (client) => client.putFaults([])],
  ['deleteFaults', (client) => client.deleteFaults()],
  ['setLatency', (client) => client.setLatency('1ms')],
  ['probe', (client) => client.probe({ dst: '127.0.0.1', count: 1 })],
  ['putPlan', (client) => client.putPlan('a', { generation: 1, faults: [] })],
  ['deletePlan', (client) => client.deletePlan('a')],
  ['deletePlans', (client) => client.deletePlans()],
])('%s sends the token, and that of another namespace is refused', async (_, change) => {
  const client = await agentIn('token');
  await change(client(tokenFor('shop')));
  await expect(change(client(tokenFor('elsewhere')))).rejects.toMatchObject({ code: 'token-elsewhere' });
});

test('keys are replaced with a token that may, and the old ones are out', async () => {
  const client = await agentIn('token');
  const next = KeyRing.generate(clock.date);
  const document = { generation: 1, ...next.publicKeys.document() };
  await expect(client(tokenFor('shop')).putKeys(document)).rejects.toMatchObject({
    code: 'token-without-scope',
  });
  expect(await client(tokenFor('shop', true)).putKeys(document)).toMatchObject({ generation: 1 });
  expect((await client().keys()).keys).toMatchObject([{ kid: next.signing.kid }]);
  await expect(client(tokenFor('shop')).deleteFaults()).rejects.toMatchObject({ code: 'token-invalid' });
});

const forbidden: Authorize = () =>
  Promise.reject(kubeErrors.error('kube-forbidden', 'jane may not get secrets/podlag-token-keys'));

test('who may not read the keys changes an agent in open mode all the same', async () => {
  const client = (await agentIn('open'))(forbidden);
  expect(await client.putFault('a', slow)).toMatchObject({ faults: [{ name: 'a' }] });
});

test('in token mode it is told why there was no token', async () => {
  const client = (await agentIn('token'))(forbidden);
  await expect(client.putFault('a', slow)).rejects.toMatchObject({ code: 'kube-forbidden' });
});
