import { describeKubeApi } from '../../test/kube-api-conformance';
import { kubeErrors } from '../kube-errors';
import { namespaces, secrets } from '../resource';
import { FakeKubeApi } from './fake-kube-api';

const namespace = 'somewhere';
let api: FakeKubeApi;

beforeEach(() => {
  api = new FakeKubeApi();
  api.seed(namespaces, { metadata: { name: namespace } });
});

describeKubeApi('the API server in memory', () => ({
  api,
  namespace,
  remove: (resource, ref) => api.remove(resource, ref),
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
