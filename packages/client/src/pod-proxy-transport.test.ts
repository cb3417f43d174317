import { KeyRing, signToken } from '@podlag/access';
import { startTestAgent, type TestAgent } from '@podlag/agent/testing';
import { FakeClock } from '@podlag/core/testing';
import { kubeErrors, pods } from '@podlag/kube';
import { FakeKubeApi } from '@podlag/kube/testing';
import { AgentClient } from './agent-client';
import { podProxyTransport } from './pod-proxy-transport';

const ref = { namespace: 'shop', name: 'tikv-0' };
const clock = new FakeClock();
const ring = KeyRing.generate(clock.date);
const scope = { namespace: 'shop', pods: ['tikv-0'] };

let agent: TestAgent;
let api: FakeKubeApi;
beforeAll(async () => {
  agent = await startTestAgent({
    clock,
    env: {
      PODLAG_ACCESS: 'token',
      PODLAG_TOKEN_KEYS: JSON.stringify(ring.publicKeys.document()),
      PODLAG_POD_NAMESPACE: ref.namespace,
      PODLAG_POD_NAME: ref.name,
    },
  });
});
afterAll(() => agent.agent.close());
beforeEach(() => {
  api = new FakeKubeApi();
  api.seed(pods, { metadata: ref });
  // As the API server: what is for it, it does not pass on.
  api.onPodProxy = async (_pod, { method, path, body, headers = {} }) => {
    const passed = Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'authorization');
    const reply = await agent.call(path, {
      method,
      headers: { ...Object.fromEntries(passed), 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: reply.status!, text: JSON.stringify(reply.body) };
  };
});

const authorize = (): Promise<string> => signToken(ring, scope, { now: clock.date });

test('an agent in token mode is reached through the API server, which keeps Authorization for itself', async () => {
  const client = new AgentClient(podProxyTransport(api, ref), { authorize });
  expect(await client.putFault('slow', { delay: { time: '20ms' } })).toMatchObject({
    faults: [{ name: 'slow' }],
  });
  expect((await client.faults()).faults).toHaveLength(1);
  expect(await client.deleteFaults()).toMatchObject({ faults: [] });
});

test('a dry run goes through too, though the API server refuses a query of that name', async () => {
  const client = new AgentClient(podProxyTransport(api, ref), {
    authorize: () => signToken(ring, scope, { now: clock.date }),
  });
  const preview = await client.putFault('lost', { partition: true }, { dryRun: true });
  expect(preview).toMatchObject({ dryRun: true, commands: expect.arrayContaining([]) });
  expect((await client.faults()).faults).toEqual([]);
});

test('the port is the agent’s unless another is named', async () => {
  const asked: number[] = [];
  api.onPodProxy = ({ port }) => {
    asked.push(port);
    return Promise.resolve({ status: 200, text: '{}' });
  };
  await podProxyTransport(api, ref).send({ method: 'GET', path: '/' });
  await podProxyTransport(api, ref, 4000).send({ method: 'GET', path: '/' });
  expect(asked).toEqual([2332, 4000]);
});

test('a pod that does not answer is unreachable, one that is not there as well, and the hint differs', async () => {
  api.onPodProxy = undefined;
  const call = (name: string): Promise<unknown> =>
    new AgentClient(podProxyTransport(api, { ...ref, name })).version();
  await expect(call('tikv-0')).rejects.toMatchObject({
    code: 'agent-unreachable',
    detail: expect.stringMatching(/^GET \/version at pod shop\/tikv-0: .*connection refused/),
    hint: expect.stringContaining('podlag-agent'),
  });
  await expect(call('tikv-9')).rejects.toMatchObject({
    code: 'agent-unreachable',
    hint: expect.stringContaining('kubectl get pods -n shop'),
  });
});

test('what the API server does not allow is told as it tells it', async () => {
  api.failNext(kubeErrors.error('kube-forbidden', 'jane may not create pods/proxy'));
  await expect(new AgentClient(podProxyTransport(api, ref)).version()).rejects.toMatchObject({
    code: 'kube-forbidden',
  });
});
