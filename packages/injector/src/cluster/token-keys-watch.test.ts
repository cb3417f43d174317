import { KeyRing, tokenConfigMap } from '@podlag/access';
import { configMaps, type ConfigMap } from '@podlag/kube';
import { FakeKubeApi } from '@podlag/kube/testing';
import { FakeClock } from '@podlag/core/testing';
import { TokenKeysWatch } from './token-keys-watch';

const namespace = 'podlag-system';
const clock = new FakeClock();
const ring = KeyRing.generate(clock.date);

const holding = (text?: string): ConfigMap => ({
  metadata: { name: tokenConfigMap.name, namespace },
  ...(text !== undefined && { data: { [tokenConfigMap.key]: text } }),
});
const keysOf = (of: KeyRing): string => JSON.stringify(of.publicKeys.document());
const following = async (api: FakeKubeApi): Promise<TokenKeysWatch> => {
  const watch = new TokenKeysWatch(api, namespace, clock);
  await api.settled();
  return watch;
};

test('the keys are there at once, and follow a rotation', async () => {
  const api = new FakeKubeApi();
  api.seed(configMaps, holding(keysOf(ring)));
  const watch = await following(api);
  expect(watch.access).toEqual({ mode: 'token', keys: keysOf(ring) });
  const rotated = ring.withNext(clock.date);
  api.seed(configMaps, holding(keysOf(rotated)));
  await api.settled();
  expect(watch.access).toEqual({ mode: 'token', keys: keysOf(rotated) });
  expect([watch.check.blocker?.(), watch.check.caution?.()]).toEqual([undefined, undefined]);
});

test('only the one ConfigMap is asked for, as RBAC allows', async () => {
  const api = new FakeKubeApi();
  await following(api);
  expect(api.calls).toEqual([
    { verb: 'watch', resource: 'configmaps', namespace, name: 'podlag-token-keys' },
  ]);
});

test.each<[string, ConfigMap | undefined, string]>([
  ['there is no ConfigMap', undefined, 'there is none; apply deploy/ again'],
  ['the controller has not filled it yet', holding(), 'no keys.json in it yet; the controller writes it'],
  ['it is no JSON', holding('{'), 'JSON'],
  ['it holds the keys that sign', holding(JSON.stringify(ring.document())), 'is the private half of the key'],
])('nobody is injected for whom there are no keys: %s', async (_, configMap, words) => {
  const api = new FakeKubeApi();
  if (configMap) api.seed(configMaps, configMap);
  const watch = await following(api);
  expect(watch.check.blocker?.()).toContain(words);
  expect(() => watch.access).toThrow(
    expect.objectContaining({ code: 'not-ready', detail: expect.stringContaining(words) }),
  );
});

test('before the first word of the API server there are no keys', () => {
  const watch = new TokenKeysWatch(new FakeKubeApi(), namespace, clock);
  expect(watch.check.blocker?.()).toBe('not read yet');
  expect(() => watch.access).toThrow('not read yet');
});

test('an API server that is away at the start is the reason for not being ready', async () => {
  const api = new FakeKubeApi();
  api.startOutage(new Error('connect ECONNREFUSED'));
  const watch = await following(api);
  expect(watch.check.blocker?.()).toBe(
    'nothing heard of podlag-system/podlag-token-keys since 2026-11-20T12:00:00.000Z: connect ECONNREFUSED',
  );
});

test('the last good keys hold when the ConfigMap goes bad or the API server is away, and readiness mentions it', async () => {
  const api = new FakeKubeApi();
  api.seed(configMaps, holding(keysOf(ring)));
  const watch = await following(api);
  const { access } = watch;
  api.seed(configMaps, holding('{}'));
  await api.settled();
  expect(watch.access).toBe(access);
  expect(watch.check.blocker?.()).toBeUndefined();
  expect(watch.check.caution?.()).toContain('ConfigMap podlag-system/podlag-token-keys: keys.json.keys');
  api.startOutage(new Error('gone'));
  await api.settled();
  expect(watch.access).toBe(access);
  expect(watch.check.caution?.()).toContain('gone');
  api.endOutage();
  api.seed(configMaps, holding(keysOf(ring)));
  await api.settled();
  expect(watch.check.caution?.()).toBeUndefined();
});

test('nothing is followed after it is closed', async () => {
  const api = new FakeKubeApi();
  (await following(api)).close();
  expect(api.openWatches).toBe(0);
});
