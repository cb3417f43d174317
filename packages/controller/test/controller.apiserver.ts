import { networkFaults, type NetworkFault } from '@podlag/api';
import { kubeApiWith, namespaces, pods } from '@podlag/kube';
import { ApiServerBed, apiServerPid, kubectl } from './apiserver-bed';
import { until } from './until';

const bed = new ApiServerBed();
const { api, fleet, namespace } = bed;

jest.setTimeout(120_000);
beforeAll(() => bed.open());
afterEach(() => bed.clear());
afterAll(() => bed.close());

const add = (name: string, app: string) => bed.add(name, { app });
const start = (...args: Parameters<typeof bed.start>) => bed.start(...args);
const faultsOf = (name: string) => bed.faultsOf(name);

function slowPd(ttl = '1m'): NetworkFault {
  return {
    metadata: { name: 'slow-pd', namespace },
    spec: {
      selector: { matchLabels: { app: 'web' } },
      delay: { time: '20ms' },
      to: [{ pods: { selector: { matchLabels: { app: 'pd' } } } }],
      ttl,
    },
  };
}

const status = async () => (await bed.networkFault('slow-pd'))?.status;

/** Whether what a pod sends to an address meets the fault. */
async function isSlow(name: string, address: string): Promise<boolean> {
  return (await bed.explained(name, address)).includes('slow-pd.networkfault');
}

test('pods that come, go, move and start again are followed within two seconds, and the status says what was read back', async () => {
  await add('pd-1', 'pd');
  await add('web-1', 'web');
  await start();
  await api.create(networkFaults, slowPd());
  await until(async () => (await status())?.phase === 'Effective', 20_000);
  expect(await status()).toMatchObject({ ready: '1/1', pods: { selected: 1, effective: 1 } });
  await add('web-2', 'web');
  await until(async () => (await faultsOf('web-2')).length === 1, 2_000);
  await fleet.restart('web-2');
  await until(async () => (await faultsOf('web-2')).length === 1, 2_000);
  const before = fleet.at('pd-1').address;
  await fleet.remove('pd-1');
  const { address } = await add('pd-1', 'pd');
  await until(() => isSlow('web-1', address), 2_000);
  expect(await isSlow('web-1', before)).toBe(false);
  await fleet.remove('web-2');
  await until(async () => (await status())?.ready === '1/1', 5_000);
  const told = kubectl('get', 'events', '--namespace', namespace, '-o', 'jsonpath={.items[*].reason}');
  expect(told).toContain('Effective');
});

test('when the object is deleted nothing is left, and its namespace is held up by nothing', async () => {
  await add('pd-1', 'pd');
  await add('web-1', 'web');
  await start();
  await api.create(networkFaults, slowPd());
  await until(async () => (await faultsOf('web-1')).length === 1);
  await api.delete(networkFaults, { namespace, name: 'slow-pd' });
  await until(async () => (await fleet.at('web-1').get('/v1/plans/controller')).status === 404, 2_000);
  expect(await api.get(networkFaults, { namespace, name: 'slow-pd' })).toBeUndefined();
});

test('a controller that is killed ends no fault, and the next one goes on where it was', async () => {
  await add('pd-1', 'pd');
  await add('web-1', 'web');
  // Nothing of it reaches the API server any more, as after a kill: its Lease is not given back.
  const way = { isCut: false };
  const cut = <T>(run: () => Promise<T>) => (way.isCut ? Promise.reject(new Error('cut')) : run());
  const first = await start(
    kubeApiWith(api, { replace: (resource, object) => cut(() => api.replace(resource, object)) }),
  );
  await api.create(networkFaults, slowPd());
  await until(async () => (await faultsOf('web-1')).length === 1, 20_000);
  await start();
  way.isCut = true;
  await first.stop();
  expect(await faultsOf('web-1')).toEqual(['slow-pd.networkfault in-force']);
  await add('web-2', 'web');
  await until(async () => (await faultsOf('web-2')).length === 1, 15_000);
  await until(async () => (await status())?.ready === '2/2');
});

test('an API server that stands still ends nothing: agents are renewed all the while, and it goes on after', async () => {
  await add('pd-1', 'pd');
  await add('web-1', 'web');
  await start();
  await api.create(networkFaults, slowPd('10s'));
  await until(async () => (await status())?.phase === 'Effective', 20_000);
  const pid = await apiServerPid();
  const heardAt = async () => {
    const { body } = await fleet.at('web-1').get('/v1/plans/controller');
    return Date.parse((body as { heardAt?: string }).heardAt ?? '');
  };
  const stoppedAt = Date.now();
  process.kill(pid, 'SIGSTOP');
  try {
    // Longer than the ttl.
    await until(async () => (await heardAt()) > stoppedAt + 12_000, 30_000);
    expect(await faultsOf('web-1')).toEqual(['slow-pd.networkfault in-force']);
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  await until(() => add('web-2', 'web'), 30_000);
  await until(async () => (await faultsOf('web-2')).length === 1, 30_000);
});

test('thirty pods at once', async () => {
  await start();
  await api.create(networkFaults, slowPd());
  await add('pd-1', 'pd');
  await Promise.all(Array.from({ length: 30 }, (_, n) => add(`web-${n}`, 'web')));
  await until(async () => (await status())?.ready === '30/30', 20_000);
  expect(await api.list(pods, { namespace })).toHaveLength(31);
});

test('when its namespace is deleted nothing hangs in Terminating, and what is left in a kernel is gone within its ttl', async () => {
  const other = new ApiServerBed();
  await other.open();
  try {
    await other.add('pd-1', { app: 'pd' });
    await other.add('web-1', { app: 'web' });
    await start();
    await api.create(networkFaults, {
      ...slowPd('10s'),
      metadata: { name: 'slow-pd', namespace: other.namespace },
    });
    await until(async () => (await other.networkFault('slow-pd'))?.status?.phase === 'Effective', 20_000);
    kubectl('delete', 'namespace', other.namespace, '--wait=false');
    await until(async () => (await api.get(namespaces, { name: other.namespace })) === undefined, 60_000);
    // Of a pod that is no more nobody asks its agent for anything; a container that is still there frees it by itself.
    const { address } = other.fleet.at('pd-1');
    await until(async () => (await other.addedMs('web-1', address)) === 0, 11_000);
  } finally {
    await other.close();
  }
});
