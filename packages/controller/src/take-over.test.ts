import { KeyRing, tokenConfigMap, tokenSecret } from '@podlag/access';
import { latencyMatrices, networkFaults, scenarios, type Scenario } from '@podlag/api';
import { httpTransport } from '@podlag/client';
import { configMaps, secrets } from '@podlag/kube';
import { FakeKubeApi } from '@podlag/kube/testing';
import { AgentFleet } from '../test/agent-fleet';
import { runningController } from '../test/running-controller';
import { until } from '../test/until';
import type { Controller } from './controller';
import type { Resolve } from './names/resolver';

const namespace = 'shop';
jest.setTimeout(20_000);

let api: FakeKubeApi;
let fleet: AgentFleet;
let controllers: Controller[];

beforeEach(() => {
  api = new FakeKubeApi();
  fleet = new AgentFleet({ api, namespace });
  controllers = [];
});

afterEach(async () => {
  await Promise.all(controllers.map((controller) => controller.stop()));
  await fleet.close();
});

async function start(parts: Parameters<typeof runningController>[1] = {}): Promise<Controller> {
  const controller = await runningController(api, parts);
  controllers.push(controller);
  return controller;
}

interface HeldPlan {
  readonly generation?: number;
  readonly heardAt?: string;
  readonly faults?: readonly { readonly name: string; readonly state: string }[];
}

async function planOf(name: string): Promise<HeldPlan> {
  return (await fleet.at(name).get('/v1/plans/controller')).body as HeldPlan;
}

const addedTo = async (address: string) => {
  const { body } = await fleet.at('web-1').get(`/v1/explain?dst=${address}`);
  return (body as { egress?: { profile?: { delay?: { time: string } } } }).egress?.profile?.delay?.time;
};

test('who takes over leaves a fault toward a hostname in force until it has resolved the name itself', async () => {
  await fleet.add({ name: 'web-1', labels: { app: 'web' } });
  await api.create(networkFaults, {
    metadata: { name: 'slow', namespace, generation: 1 },
    spec: { selector: {}, delay: { time: '20ms' }, to: [{ hostname: 'pd.example' }] },
  });
  const answered: Resolve = () => Promise.resolve({ addresses: ['192.0.2.1'], ttlSeconds: 60 });
  const first = await start({ resolve: answered });
  await until(async () => (await addedTo('192.0.2.1')) === '20ms');
  const before = await planOf('web-1');
  await first.stop();
  const answer = Promise.withResolvers<Awaited<ReturnType<Resolve>>>();
  const second = await start({ resolve: () => answer.promise });
  await until(() => second.isLeading);
  const since = Date.now();
  await until(async () => Date.parse((await planOf('web-1')).heardAt ?? '') >= since, 4_000);
  expect(await planOf('web-1')).toMatchObject({
    generation: before.generation,
    faults: [{ state: 'in-force' }],
  });
  answer.resolve({ addresses: ['192.0.2.2'], ttlSeconds: 60 });
  await until(async () => (await addedTo('192.0.2.2')) === '20ms');
  expect(await addedTo('192.0.2.1')).toBeUndefined();
});

test('who takes over goes by the round trips that the status has until it has measured them itself', async () => {
  await fleet.add({ name: 'web-1', labels: { region: 'eu' } });
  const us1 = await fleet.add({ name: 'us-1', labels: { region: 'us' } });
  api.seed(latencyMatrices, {
    metadata: { name: 'world', namespace, generation: 1 },
    spec: {
      regions: ['eu', 'us'].map((region) => ({ name: region, pods: { matchLabels: { region } } })),
      links: [{ between: ['eu', 'us'], rtt: '80ms' }],
    },
    status: { baselines: [{ between: ['eu', 'us'], rtt: '10ms' }] },
  });
  // No round trip is ever measured.
  await start({
    transport: ({ address, port }) => {
      const transport = httpTransport(address, port);
      return {
        send: (call, authorization) =>
          call.path === '/v1/probes' ? new Promise(() => undefined) : transport.send(call, authorization),
        close: () => transport.close(),
      };
    },
  });
  await until(async () => (await addedTo(us1.address)) === '35ms');
});

const story = { namespace, name: 'story' };
const statusOfStory = () => api.stored(scenarios, story).status;

/** Runs on web-1 for an hour. */
async function startStory(): Promise<void> {
  const fault = { selector: { matchLabels: { app: 'web' } }, delay: { time: '20ms' } };
  await api.create(scenarios, {
    metadata: { ...story, generation: 1 },
    spec: { steps: [{ name: 'slow', for: '1h', fault }] },
  });
}

function abortStory(): void {
  const state: Scenario['spec']['state'] = 'Aborted';
  api.edit(scenarios, story, (object) => ({
    ...object,
    metadata: { ...object.metadata, generation: 2 },
    spec: { ...object.spec, state },
  }));
}

test('who takes over does not call a scenario Aborted while a pod that may have it is out of reach', async () => {
  await fleet.add({ name: 'web-1', labels: { app: 'web' } });
  await fleet.add({ name: 'pd-1', labels: { app: 'pd' } });
  await startStory();
  const env = { PODLAG_AGENT_TIMEOUT: '1s' };
  const first = await start({ env });
  await until(() => statusOfStory()?.phase === 'Running');
  await fleet.at('web-1').agent.agent.close();
  abortStory();
  await until(() => statusOfStory()?.phase === 'Failed');
  await first.stop();
  const second = await start({ env });
  await until(() => second.isLeading);
  // Long enough for the second to have told what it knows of all objects.
  await api.create(networkFaults, {
    metadata: { name: 'beacon', namespace, generation: 1 },
    spec: { selector: { matchLabels: { app: 'pd' } }, delay: { time: '20ms' } },
  });
  await until(() => api.stored(networkFaults, { namespace, name: 'beacon' }).status?.phase === 'Effective');
  await until(() => statusOfStory()?.failures?.length === 1);
  expect(statusOfStory()).toMatchObject({ phase: 'Failed', conditions: [{ reason: 'Ending' }] });
  expect(statusOfStory()?.endTime).toBeUndefined();
  await fleet.restart('web-1');
  await until(() => statusOfStory()?.phase === 'Aborted');
});

test('who takes over calls a scenario Aborted as soon as its agents have answered that they have nothing of it', async () => {
  await fleet.add({ name: 'web-1', labels: { app: 'web' } });
  await startStory();
  const first = await start();
  await until(() => statusOfStory()?.phase === 'Running');
  await first.stop();
  abortStory();
  expect((await planOf('web-1')).faults).toHaveLength(1);
  await start();
  await until(() => statusOfStory()?.phase === 'Aborted');
  expect((await planOf('web-1')).faults ?? []).toEqual([]);
});

test('a token is for the one pod that it is sent to: whoever listens there can use it nowhere else', async () => {
  const ring = KeyRing.generate(new Date());
  const value = Buffer.from(JSON.stringify(ring.document())).toString('base64');
  const ref = { namespace: 'podlag-system', name: tokenSecret.name };
  api.seed(secrets, { metadata: ref, type: 'Opaque', data: { [tokenSecret.key]: value } });
  api.seed(configMaps, { metadata: { ...ref, name: tokenConfigMap.name } });
  const known = JSON.stringify(ring.publicKeys.document());
  for (const name of ['web-1', 'web-2'])
    await fleet.add({
      ...{ name, labels: { app: 'web' } },
      env: { PODLAG_ACCESS: 'token', PODLAG_TOKEN_KEYS: known },
    });
  await api.create(networkFaults, {
    metadata: { name: 'slow', namespace, generation: 1 },
    spec: { selector: {}, delay: { time: '20ms' }, to: [{ cidr: '192.0.2.1' }] },
  });
  const seen: { readonly address: string; readonly claims: unknown }[] = [];
  await start({
    env: { PODLAG_AGENT_ACCESS: 'token' },
    transport: ({ address, port }) => {
      const transport = httpTransport(address, port);
      return {
        send: (call, authorization) => {
          const [, claims = ''] = authorization?.split('.') ?? [];
          if (claims !== '')
            seen.push({ address, claims: JSON.parse(Buffer.from(claims, 'base64url').toString()) });
          return transport.send(call, authorization);
        },
        close: () => transport.close(),
      };
    },
  });
  for (const name of ['web-1', 'web-2']) await until(async () => (await planOf(name)).faults?.length === 1);
  expect(new Set(seen.map(({ address }) => address)).size).toBe(2);
  for (const { address, claims } of seen) {
    const name = ['web-1', 'web-2'].find((one) => fleet.at(one).address === address);
    expect(claims).toMatchObject({ namespace, pods: [name] });
    expect(claims).not.toHaveProperty('keys');
  }
});
