import { networkFaults, scenarios, type NetworkFault, type Scenario } from '@podlag/api';
import { events } from '@podlag/kube';
import { FakeKubeApi } from '@podlag/kube/testing';
import { AgentFleet } from '../test/agent-fleet';
import { runningController } from '../test/running-controller';
import { until } from '../test/until';
import type { Controller } from './controller';

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

async function start(
  ...rest: Parameters<typeof runningController> extends [unknown, ...infer R] ? R : never
) {
  const controller = await runningController(api, ...rest);
  controllers.push(controller);
  return controller;
}

function networkFault(name: string, spec: Partial<NetworkFault['spec']> = {}): NetworkFault {
  return {
    metadata: { name, namespace, generation: 1 },
    spec: {
      selector: { matchLabels: { app: 'web' } },
      delay: { time: '20ms' },
      to: [{ pods: { selector: { matchLabels: { app: 'pd' } } } }],
      ...spec,
    },
  };
}

const statusOf = (name: string) => api.stored(networkFaults, { namespace, name }).status;

/** The status, once the object is in that phase. */
function inPhase(name: string, phase: string) {
  const status = statusOf(name);
  return status?.phase === phase ? status : undefined;
}

async function planOf(name: string) {
  const { body } = await fleet.at(name).get('/v1/plans/controller');
  return body as {
    readonly generation?: number;
    readonly faults?: readonly { name: string; state: string }[];
  };
}

const faultsOf = async (name: string) =>
  (await planOf(name)).faults?.map((fault) => `${fault.name} ${fault.state}`) ?? [];

test('a fault is in force in the kernels of the pods that it selects, and its status says so when they have been read', async () => {
  await fleet.add({ name: 'web-1', labels: { app: 'web' } });
  await fleet.add({ name: 'web-2', labels: { app: 'web' } });
  await fleet.add({ name: 'pd-1', labels: { app: 'pd' } });
  await api.create(networkFaults, networkFault('slow-pd'));
  const controller = await start();
  const status = await until(() => inPhase('slow-pd', 'Effective'));
  expect(status).toMatchObject({
    observedGeneration: 1,
    ready: '2/2',
    pods: { selected: 2, effective: 2, pending: 0, failed: 0 },
    summary: 'delay 20ms to pods app=pd',
    conditions: [{ type: 'Effective', status: 'True', reason: 'Effective' }],
  });
  expect(await faultsOf('web-1')).toEqual(['slow-pd.networkfault in-force']);
  expect(await faultsOf('pd-1')).toEqual([]);
  await until(() => api.calls.some(({ verb, resource }) => verb === 'create' && resource === events.plural));
  const metrics = async () => (await fetch(`http://127.0.0.1:${controller.port}/metrics`)).text();
  await until(async () => /events_total\{outcome="written"\} [1-9]/.test(await metrics()));
});

test('pods that come, go and start again are followed', async () => {
  await fleet.add({ name: 'pd-1', labels: { app: 'pd' } });
  await fleet.add({ name: 'web-1', labels: { app: 'web' } });
  await api.create(networkFaults, networkFault('slow-pd'));
  await start();
  await until(async () => (await faultsOf('web-1')).length === 1);
  const before = (await planOf('web-1')).generation;
  await fleet.add({ name: 'web-2', labels: { app: 'web' } });
  await until(async () => (await faultsOf('web-2')).length === 1, 2_000);
  // What did not change was not sent again.
  expect((await planOf('web-1')).generation).toBe(before);
  await fleet.restart('web-1');
  await until(async () => (await faultsOf('web-1')).length === 1, 2_000);
  await fleet.remove('web-2');
  await until(() => statusOf('slow-pd')?.ready === '1/1');
});

test('when the object is deleted the agents are empty', async () => {
  await fleet.add({ name: 'web-1', labels: { app: 'web' } });
  await fleet.add({ name: 'pd-1', labels: { app: 'pd' } });
  await api.create(networkFaults, networkFault('slow-pd'));
  await start();
  await until(async () => (await faultsOf('web-1')).length === 1);
  await api.delete(networkFaults, { namespace, name: 'slow-pd' });
  await until(async () => (await fleet.at('web-1').get('/v1/plans/controller')).status === 404, 2_000);
});

test('a controller that takes over empties agents of what was deleted while nobody led', async () => {
  await fleet.add({ name: 'web-1', labels: { app: 'web' } });
  await fleet.add({ name: 'pd-1', labels: { app: 'pd' } });
  await api.create(networkFaults, networkFault('slow-pd'));
  const first = await start();
  await until(async () => (await faultsOf('web-1')).length === 1);
  await first.stop();
  expect(await faultsOf('web-1')).toHaveLength(1);
  await api.delete(networkFaults, { namespace, name: 'slow-pd' });
  await start();
  await until(async () => (await fleet.at('web-1').get('/v1/plans/controller')).status === 404, 5_000);
});

test('two controllers: one leads, and when it ends the other goes on with a higher generation', async () => {
  await fleet.add({ name: 'web-1', labels: { app: 'web' } });
  await fleet.add({ name: 'pd-1', labels: { app: 'pd' } });
  await api.create(networkFaults, networkFault('slow-pd'));
  const first = await start();
  await until(() => first.isLeading);
  const second = await start();
  await until(async () => (await faultsOf('web-1')).length === 1);
  const before = (await planOf('web-1')).generation ?? 0;
  expect(second.isLeading).toBe(false);
  await first.stop();
  await until(() => second.isLeading);
  await until(async () => ((await planOf('web-1')).generation ?? 0) >= before + 1e9 - 1e6);
});

test('an API server that is away ends nothing: what agents hold is renewed', async () => {
  await fleet.add({ name: 'web-1', labels: { app: 'web' } });
  await fleet.add({ name: 'pd-1', labels: { app: 'pd' } });
  await api.create(networkFaults, networkFault('slow-pd', { ttl: '10s' }));
  const controller = await start();
  await until(async () => (await faultsOf('web-1')).length === 1);
  const heardAt = async () => {
    const { body } = await fleet.at('web-1').get('/v1/plans/controller');
    return Date.parse((body as { heardAt: string }).heardAt);
  };
  const before = await heardAt();
  api.startOutage();
  await until(async () => (await heardAt()) > before + 3_000);
  expect(await faultsOf('web-1')).toEqual(['slow-pd.networkfault in-force']);
  api.endOutage();
  await until(() => controller.isLeading);
});

test('what one agent cannot do is told with the reason, and the others have it', async () => {
  await fleet.add({ name: 'web-1', labels: { app: 'web' } });
  const web2 = await fleet.add({ name: 'web-2', labels: { app: 'web' } });
  const gemodel = { loss: { gemodel: { p: '1%' } } };
  await web2.put('/v1/faults/mine', gemodel);
  const lossy = networkFault('lossy', { to: [{ cidr: '10.0.0.1' }], ...gemodel });
  await api.create(networkFaults, lossy);
  await start();
  const status = await until(() => inPhase('lossy', 'Partial'));
  expect(status).toMatchObject({ ready: '1/2', pods: { effective: 1, failed: 1 } });
  expect(status.failures).toMatchObject([{ pod: 'shop/web-2', code: 'not-composable' }]);
});

test('an agent that is not there is told as such, and followed when it comes', async () => {
  await fleet.add({ name: 'web-1', labels: { app: 'web' } });
  await fleet.add({ name: 'pd-1', labels: { app: 'pd' } });
  await fleet.at('web-1').agent.agent.close();
  await api.create(networkFaults, networkFault('slow-pd'));
  await start({ env: { PODLAG_AGENT_TIMEOUT: '1s' } });
  const status = await until(() => inPhase('slow-pd', 'Failed'));
  expect(status.failures).toMatchObject([{ pod: 'shop/web-1', code: 'agent-unreachable' }]);
  await fleet.restart('web-1');
  await until(() => statusOf('slow-pd')?.phase === 'Effective', 4_000);
});

test('a status that somebody else writes over, such as a leader of before, is put right', async () => {
  await fleet.add({ name: 'web-1', labels: { app: 'web' } });
  await fleet.add({ name: 'pd-1', labels: { app: 'pd' } });
  await api.create(networkFaults, networkFault('slow-pd'));
  await start();
  const { ready } = await until(() => inPhase('slow-pd', 'Effective'));
  api.edit(networkFaults, { namespace, name: 'slow-pd' }, (object) => ({
    ...object,
    status: { ...object.status, phase: 'Failed' as const, ready: '0/1' },
  }));
  await until(() => inPhase('slow-pd', 'Effective')?.ready === ready, 4_000);
});

test('an object whose duration is over is Finished, and its agents are empty', async () => {
  await fleet.add({ name: 'web-1', labels: { app: 'web' } });
  await fleet.add({ name: 'pd-1', labels: { app: 'pd' } });
  await api.create(networkFaults, networkFault('short', { duration: '1500ms' }));
  await start();
  await until(() => statusOf('short')?.phase === 'Effective');
  await until(() => statusOf('short')?.phase === 'Finished', 5_000);
  await until(async () => (await faultsOf('web-1')).every((fault) => !fault.endsWith('in-force')));
});

test('an object that cannot be read is Failed with what is wrong, and stops no other', async () => {
  await fleet.add({ name: 'web-1', labels: { app: 'web' } });
  await fleet.add({ name: 'pd-1', labels: { app: 'pd' } });
  await api.create(networkFaults, networkFault('bad', { delay: { time: '20 bananas' } }));
  await api.create(networkFaults, networkFault('good'));
  await start();
  await until(() => statusOf('good')?.phase === 'Effective');
  expect(statusOf('bad')).toMatchObject({ phase: 'Failed', conditions: [{ reason: 'InvalidObject' }] });
});

test('a scenario has its start written before any agent hears of it, is paused and goes on from there', async () => {
  await fleet.add({ name: 'web-1', labels: { app: 'web' } });
  await fleet.add({ name: 'pd-1', labels: { app: 'pd' } });
  const { selector, delay, to } = networkFault('x').spec;
  const scenario: Scenario = {
    metadata: { name: 'story', namespace, generation: 1 },
    spec: { steps: [{ name: 'slow', at: '0s', for: '60s', fault: { selector, delay: delay!, to: to! } }] },
  };
  await api.create(scenarios, scenario);
  await start();
  const stored = () => api.stored(scenarios, { namespace, name: 'story' });
  await until(() => stored().status?.phase === 'Running');
  const startTime = Date.parse(stored().status?.startTime ?? '');
  await until(async () => (await faultsOf('web-1')).some((fault) => fault.endsWith('in-force')), 5_000);
  expect(Date.now()).toBeGreaterThanOrEqual(startTime);
  expect(stored().status?.skew).toMatch(/ms$/);
  const edit = (state: 'Paused' | 'Running' | 'Aborted', generation: number) =>
    api.edit(scenarios, { namespace, name: 'story' }, (object) => ({
      ...object,
      metadata: { ...object.metadata, generation },
      spec: { ...object.spec, state },
    }));
  edit('Paused', 2);
  await until(() => stored().status?.phase === 'Paused');
  expect(stored().status?.position).toMatch(/s$/);
  edit('Running', 3);
  await until(() => stored().status?.phase === 'Running' && stored().status?.position === undefined);
  expect(Date.parse(stored().status?.startTime ?? '')).toBeGreaterThan(startTime);
  edit('Aborted', 4);
  await until(() => stored().status?.phase === 'Aborted');
  await until(async () => (await faultsOf('web-1')).length === 0);
});

test('a scenario is Aborted when no agent has anything of it any more, and says which still has', async () => {
  await fleet.add({ name: 'web-1', labels: { app: 'web' } });
  await fleet.add({ name: 'pd-1', labels: { app: 'pd' } });
  const { selector, delay, to } = networkFault('x').spec;
  await api.create(scenarios, {
    metadata: { name: 'story', namespace, generation: 1 },
    spec: { steps: [{ name: 'slow', for: '60s', fault: { selector, delay: delay!, to: to! } }] },
  });
  await start({ env: { PODLAG_AGENT_TIMEOUT: '1s' } });
  const status = () => api.stored(scenarios, { namespace, name: 'story' }).status;
  await until(() => status()?.phase === 'Running');
  await fleet.at('web-1').agent.agent.close();
  api.edit(scenarios, { namespace, name: 'story' }, (object) => ({
    ...object,
    metadata: { ...object.metadata, generation: 2 },
    spec: { ...object.spec, state: 'Aborted' as const },
  }));
  await until(() => status()?.phase === 'Failed');
  expect(status()).toMatchObject({
    ready: '0/1',
    failures: [{ pod: 'shop/web-1', code: 'agent-unreachable' }],
    conditions: [{ reason: 'Ending', message: expect.stringContaining('it was aborted, and 1 pod has not') }],
  });
  expect(status()?.endTime).toBeUndefined();
  await fleet.restart('web-1');
  await until(() => status()?.phase === 'Aborted', 5_000);
  expect(status()?.endTime).toBeDefined();
});

test('what it does is counted, and who asks before it has read the cluster is told what is missing', async () => {
  const controller = await start();
  const base = `http://127.0.0.1:${controller.port}`;
  await until(async () => (await fetch(`${base}/readyz`)).status === 200);
  expect((await fetch(`${base}/nothing`)).status).toBe(404);
  const text = await (await fetch(`${base}/metrics`)).text();
  expect(text).toContain('podlag_controller_leader');
});
