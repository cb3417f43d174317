import { namespaces } from '@podlag/kube';
import { FakeKubeApi } from '@podlag/kube/testing';
import { NamespaceWatch } from './namespace-watch';

const clock = { now: () => Date.UTC(2026, 10, 21, 12) };
const namespace = (name: string, labels?: Record<string, string>) => ({
  metadata: { name, ...(labels ? { labels } : {}) },
});

test('the labels of a namespace are there at once, and follow what somebody changes', async () => {
  const api = new FakeKubeApi();
  api.seed(namespaces, namespace('a', { enforce: 'baseline' }));
  const watch = new NamespaceWatch(api, clock);
  await api.settled();
  expect(watch.labelsOf('a')).toEqual({ enforce: 'baseline' });
  api.seed(namespaces, namespace('a', { enforce: 'privileged' }));
  api.seed(namespaces, namespace('b'));
  await api.settled();
  expect(watch.labelsOf('a')).toEqual({ enforce: 'privileged' });
  expect(watch.labelsOf('b')).toEqual({});
  api.remove(namespaces, { name: 'a' });
  await api.settled();
  expect(watch.labelsOf('a')).toBeUndefined();
});

test('no pod is judged before the first list has come', async () => {
  const api = new FakeKubeApi();
  const watch = new NamespaceWatch(api, clock);
  expect(watch.check.blocker?.()).toBe('not read yet');
  await api.settled();
  expect(watch.check.blocker?.()).toBeUndefined();
});

test('an API server that is away at the start is the reason for not being ready', async () => {
  const api = new FakeKubeApi();
  api.startOutage(new Error('connect ECONNREFUSED'));
  const watch = new NamespaceWatch(api, clock);
  await api.settled();
  expect(watch.check.blocker?.()).toBe(
    'not read yet; nothing heard of their labels since 2026-11-21T12:00:00.000Z: connect ECONNREFUSED',
  );
});

test('what was known goes on to hold while the API server is away, and readiness mentions it', async () => {
  const api = new FakeKubeApi();
  api.seed(namespaces, namespace('a', { enforce: 'baseline' }));
  const watch = new NamespaceWatch(api, clock);
  await api.settled();
  api.startOutage(new Error('gone'));
  await api.settled();
  expect(watch.labelsOf('a')).toEqual({ enforce: 'baseline' });
  expect(watch.check.blocker?.()).toBeUndefined();
  expect(watch.check.caution?.()).toContain(
    'nothing heard of their labels since 2026-11-21T12:00:00.000Z: gone',
  );
  api.endOutage();
  await api.settled();
  expect(watch.check.caution?.()).toBeUndefined();
});

test('nothing is followed after it is closed', async () => {
  const api = new FakeKubeApi();
  const watch = new NamespaceWatch(api, clock);
  await api.settled();
  watch.close();
  expect(api.openWatches).toBe(0);
});
