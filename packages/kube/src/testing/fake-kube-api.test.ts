import { describeKubeApi, echo } from '../../test/kube-api-conformance';
import { kubeErrors } from '../kube-errors';
import { namespaces, secrets } from '../resource';
import { pods, type Pod } from '../resources/pod';
import { FakeKubeApi } from './fake-kube-api';

const namespace = 'somewhere';
const listening = { namespace, name: 'listening' };
let api: FakeKubeApi;

beforeEach(() => {
  api = new FakeKubeApi();
  api.seed(namespaces, { metadata: { name: namespace } });
  api.seed(pods, { metadata: listening });
  api.onPodProxy = (_, { method, path, headers = {}, body }) => {
    const lowerCase = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const);
    return echo({ method, path, headers: Object.fromEntries(lowerCase), body });
  };
});

describeKubeApi('the API server in memory', () => ({
  api,
  namespace,
  pod: { ...listening, port: 80 },
}));

const one = { metadata: { name: 'one' } };

test('every call is recorded in the words of RBAC, also one that fails', async () => {
  await api.get(namespaces, { name: 'one' });
  await expect(api.create(secrets, one)).rejects.toMatchObject({ code: 'kube-invalid' });
  api.watch(secrets, { namespace, name: 'certs' }, { changed: () => undefined });
  expect(api.calls).toEqual([
    { verb: 'get', resource: 'namespaces', name: 'one' },
    { verb: 'create', resource: 'secrets', name: 'one' },
    { verb: 'watch', resource: 'secrets', namespace, name: 'certs' },
  ]);
});

test('a failure is for the next call of its verb alone', async () => {
  api.failNext(kubeErrors.error('kube-forbidden', 'no'), 'create');
  await api.get(namespaces, { name: 'one' });
  await expect(api.create(namespaces, one)).rejects.toMatchObject({ code: 'kube-forbidden' });
  await api.create(namespaces, one);
});

test('somebody else can come in between', async () => {
  api.beforeNext(() => api.seed(namespaces, one), 'create');
  await expect(api.create(namespaces, one)).rejects.toMatchObject({ code: 'kube-already-exists' });
});

test('in an outage calls and watches fail; afterwards watches are told what has happened meanwhile', async () => {
  const seen: string[] = [];
  const watch = api.watch(
    namespaces,
    {},
    {
      changed: (objects) => seen.push([...objects.keys()].join(' ')),
      failed: ({ message }) => seen.push(message),
    },
  );
  await api.settled();
  api.startOutage();
  api.seed(namespaces, one);
  await expect(api.serverVersion()).rejects.toMatchObject({ code: 'kube-unavailable' });
  await api.settled();
  api.endOutage();
  await api.settled();
  expect(seen).toEqual([namespace, 'connect ECONNREFUSED', `${namespace} one`]);
  watch.close();
  expect(api.openWatches).toBe(0);
});

test('what is handed out is a copy', async () => {
  const labels: Record<string, string> = { a: 'b' };
  api.seed(namespaces, { metadata: { name: 'one', labels } });
  labels.a = 'changed';
  const first = await api.get(namespaces, { name: 'one' });
  expect(first?.metadata.labels).toEqual({ a: 'b' });
  Object.assign(first?.metadata.labels ?? {}, { a: 'changed' });
  expect(api.stored(namespaces, { name: 'one' }).metadata.labels).toEqual({ a: 'b' });
});

test('as long as nobody stands for the pods, none listens', async () => {
  api.onPodProxy = undefined;
  const call = api.podProxy({ ...listening, port: 80 }, { method: 'GET', path: '/' });
  await expect(call).rejects.toMatchObject({ code: 'kube-unavailable' });
  expect(api.calls.at(-1)).toEqual({ verb: 'get', resource: 'pods', subresource: 'proxy', ...listening });
});

test('of pods a watch gives what their kind keeps, and the same copy as long as they do not change', async () => {
  const seen: ReadonlyMap<string, Pod>[] = [];
  const spec = { containers: [{ name: 'app', image: 'a' }] };
  api.seed(pods, { metadata: { namespace, name: 'one' }, spec });
  api.watch(pods, { namespace }, { changed: (objects) => void seen.push(objects) });
  api.seed(pods, { metadata: { namespace, name: 'two' }, spec });
  await api.settled();
  expect(seen[0]?.get(`${namespace}/one`)?.spec?.containers).toEqual([{ name: 'app' }]);
  expect(seen[1]?.get(`${namespace}/one`)).toBe(seen[0]?.get(`${namespace}/one`));
  expect([...(seen[1]?.keys() ?? [])]).toContain(`${namespace}/two`);
});
