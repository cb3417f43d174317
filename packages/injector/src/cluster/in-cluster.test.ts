import { KeyRing, tokenConfigMap } from '@podlag/access';
import { isPodlagError, loadConfig } from '@podlag/core';
import {
  configMaps,
  events,
  kubeErrors,
  mutatingWebhookConfigurations,
  namespaces,
  secrets,
} from '@podlag/kube';
import { FakeKubeApi } from '@podlag/kube/testing';
import { eventually } from '../../test/eventually';
import { podWith, type Json } from '../../test/judge';
import { runInjector, type Running } from '../../test/running-injector';
import { reviewOf } from '../../test/tikv-pod';
import { settingsSchema } from '../settings';

const configuration = { name: 'podlag-injector' };
const webhook = {
  name: 'injector.podlag.io',
  clientConfig: { service: { name: 'podlag-injector', namespace: 'podlag-system' } },
};
const secret = { name: 'podlag-injector-certs', namespace: 'podlag-system' };

function cluster(): FakeKubeApi {
  const api = new FakeKubeApi();
  api.seed(namespaces, { metadata: { name: 'tidb-cluster' } });
  api.seed(secrets, { metadata: secret });
  api.seed(mutatingWebhookConfigurations, {
    metadata: configuration,
    webhooks: [webhook],
  });
  return api;
}

const inCluster = (api: FakeKubeApi, env: Readonly<Record<string, string>> = {}): Promise<Running> =>
  runInjector(
    {
      ...env,
      PODLAG_KUBERNETES_API: 'in-cluster',
      PODLAG_CERT_SOURCE: 'self-signed',
      PODLAG_NAMESPACE_LABELS_FILE: undefined,
    },
    { api },
  );

/** As an API server would: it trusts what the webhook configuration says. */
const asApiServer = (api: FakeKubeApi) => ({
  ca: Buffer.from(
    api.stored(mutatingWebhookConfigurations, configuration).webhooks?.[0]?.clientConfig.caBundle ?? '',
    'base64',
  ).toString(),
  servername: 'podlag-injector.podlag-system.svc',
});

const readyz = async (injector: Running): Promise<string> =>
  (await injector.ask({ path: '/readyz', rejectUnauthorized: false })).text;

async function reviewed(
  injector: Running,
  api: FakeKubeApi,
  namespace: string,
  { dryRun = false, pod = podWith() } = {},
): Promise<Json> {
  const review = JSON.stringify(reviewOf(pod, { namespace, dryRun }));
  const headers = { 'Content-Type': 'application/json' };
  const answer = await injector.ask(
    { method: 'POST', path: '/mutate', headers, ...asApiServer(api) },
    review,
  );
  return (answer.json() as { response: Json }).response;
}

test('an injector in a cluster makes its certificate, publishes it, and answers whoever trusts what is published', async () => {
  const api = cluster();
  const injector = await inCluster(api);
  await eventually(async () => (await readyz(injector)).includes('"status":"ready"'));
  expect(await reviewed(injector, api, 'tidb-cluster')).toMatchObject({
    allowed: true,
    warnings: ['podlag: injected: native sidecar podlag-agent'],
  });
  const metrics = await injector.metrics();
  expect(metrics).toMatch(/certificate_events_total\{event="published"\} 1/);
  expect(metrics).toMatch(/certificate_expiry_timestamp_seconds 1\d{9}/);
});

test('it follows the labels of namespaces and the version of the cluster', async () => {
  const api = cluster();
  api.version = { major: 1, minor: 30 };
  const injector = await inCluster(api);
  await eventually(async () => (await readyz(injector)).includes('"status":"ready"'));
  expect((await reviewed(injector, api, 'tidb-cluster')).warnings).toEqual([
    'podlag: injected: plain sidecar podlag-agent',
  ]);
  const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
  api.seed(namespaces, { metadata: { name: 'tidb-cluster', labels } });
  await api.settled();
  expect((await reviewed(injector, api, 'tidb-cluster')).warnings).toContain(
    'podlag: no sidecar (pod-security): the namespace enforces restricted, which forbids NET_ADMIN',
  );
});

test('without an API server it listens, and readiness names each thing that is missing', async () => {
  const api = cluster();
  api.startOutage();
  const injector = await inCluster(api);
  expect((await injector.ask({ path: '/healthz', rejectUnauthorized: false })).status).toBe(200);
  await eventually(async () => {
    const told = await readyz(injector);
    return ['certificate: no certificate yet', 'namespaces: not read yet', 'sidecar-mode: '].every((text) =>
      told.includes(text),
    );
  });
  api.endOutage();
  await eventually(async () => (await readyz(injector)).includes('"status":"ready"'), 10_000);
}, 15_000);

test('a webhook configuration that stops to vouch for what is served takes readiness, until it is put right', async () => {
  const api = cluster();
  const injector = await inCluster(api);
  await eventually(async () => (await readyz(injector)).includes('"status":"ready"'));
  const published = asApiServer(api).ca;
  api.failNext(new Error('not now'), 'patch');
  api.edit(mutatingWebhookConfigurations, configuration, (object) => ({
    ...object,
    webhooks: [webhook],
  }));
  await eventually(async () => (await readyz(injector)).includes('does not vouch for it'));
  await eventually(() => Promise.resolve(asApiServer(api).ca === published));
  await eventually(async () => (await readyz(injector)).includes('"status":"ready"'));
});

describe('a pod of a controller that is left without its sidecar', () => {
  const web = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web', uid: 'u-1' };
  const metadata = { ownerReferences: [{ ...web, controller: true }] };
  const env = [{ name: 'PASSWORD', value: 'env-secret' }];
  const pod = podWith({ metadata, spec: { hostNetwork: true, containers: [{ name: 'a', env }] } });
  const bare = podWith({ spec: { hostNetwork: true } });
  const isEventCall = ({ resource }: { readonly resource: string }) => resource === 'events';

  async function ready(api: FakeKubeApi, settings = {}): Promise<Running> {
    const injector = await inCluster(api, settings);
    await eventually(async () => (await readyz(injector)).includes('"status":"ready"'));
    return injector;
  }

  const counted = (injector: Running, outcome: string, count: number): Promise<unknown> =>
    eventually(async () =>
      (await injector.metrics()).includes(`podlag_injector_events_total{outcome="${outcome}"} ${count}`),
    );

  test('is told to the controller by one Event, and counted', async () => {
    const api = cluster();
    const injector = await ready(api);
    for (let made = 0; made < 3; made++) await reviewed(injector, api, 'tidb-cluster', { pod });
    await counted(injector, 'written', 1);
    const [call, ...more] = api.calls.filter(isEventCall);
    expect(more).toEqual([]);
    expect(api.stored(events, { namespace: 'tidb-cluster', name: call?.name ?? '' })).toMatchObject({
      involvedObject: web,
      message: 'podlag: no sidecar (host-network): the agent would shape the node, not the pod',
    });
  });

  test.each([
    ['when it is only tried', {}, { dryRun: true, pod }],
    ['when nobody wants Events', { PODLAG_EVENTS: 'false' }, { pod }],
    ['when it has no controller', {}, { pod: bare }],
  ])('is told to nobody %s', async (_, settings, review) => {
    const api = cluster();
    const injector = await ready(api, settings);
    const { warnings } = await reviewed(injector, api, 'tidb-cluster', review);
    expect(warnings).toMatchObject([expect.stringContaining('no sidecar (host-network)')]);
    // An Event would have been handed over in the turn in which the review was logged.
    await eventually(() => injector.log.some((line) => line.includes('"reason":"host-network"')));
    await new Promise((resolve) => setImmediate(resolve));
    expect(api.calls.filter(isEventCall)).toEqual([]);
  });

  test('is told to nobody where there is no Kubernetes API', async () => {
    const injector = await runInjector();
    const { response } = (await injector.review(reviewOf(pod))).json() as { response: Json };
    expect(response).toMatchObject({ allowed: true, auditAnnotations: { decision: 'host-network' } });
    expect(await injector.metrics()).not.toContain('podlag_injector_events_total{');
  });

  test('gets its answer also where the right to write Events is missing, which is logged and counted', async () => {
    const api = cluster();
    const injector = await ready(api);
    api.failNext(kubeErrors.error('kube-forbidden', 'the injector may not create events'), 'create');
    expect(await reviewed(injector, api, 'tidb-cluster', { pod })).toMatchObject({ allowed: true });
    await counted(injector, 'failed', 1);
    const [line] = injector.log.filter((text) => text.includes('event: not written'));
    expect(JSON.parse(line ?? '{}')).toMatchObject({
      ...{ level: 'warn', code: 'kube-forbidden', problem: 'the injector may not create events' },
      hint: expect.stringContaining('Apply deploy/ again'),
    });
    expect(injector.log.join('')).not.toContain('env-secret');
  });
});

test('in token mode nobody is injected before there are keys; then agents get them, and those of a rotation', async () => {
  const api = cluster();
  const place = { name: tokenConfigMap.name, namespace: 'podlag-system' };
  const publish = (ring: KeyRing): void => {
    const keys = JSON.stringify(ring.publicKeys.document());
    api.seed(configMaps, { metadata: place, data: { [tokenConfigMap.key]: keys } });
  };
  const patchOf = async (): Promise<string> => {
    const { patch } = await reviewed(injector, api, 'tidb-cluster');
    return Buffer.from(String(patch), 'base64').toString();
  };
  api.seed(configMaps, { metadata: place });
  const injector = await inCluster(api, { PODLAG_AGENT_ACCESS: 'token' });
  const isUnready = async (words: string) => (await readyz(injector)).includes(words);
  await eventually(async () => !(await isUnready('certificate: ')) && (await isUnready('token-keys: ')));
  expect(await reviewed(injector, api, 'tidb-cluster')).toBeUndefined();
  const ring = KeyRing.generate(new Date());
  publish(ring);
  await eventually(async () => (await readyz(injector)).includes('"status":"ready"'));
  expect(await patchOf()).toContain(ring.signing.kid);
  const rotated = ring.withNext(new Date()).promoted().pruned();
  publish(rotated);
  await api.settled();
  const patch = await patchOf();
  expect(patch).toContain(rotated.signing.kid);
  expect(patch).not.toContain(ring.signing.kid);
});

test.each([
  [{ PODLAG_CERT_SOURCE: 'self-signed' }, 'self-signed needs the Kubernetes API: set kubernetesApi'],
  [
    { PODLAG_KUBERNETES_API: 'in-cluster', PODLAG_NAMESPACE_LABELS_FILE: 'labels.yaml' },
    'is for an injector without the Kubernetes API',
  ],
  [{ PODLAG_AGENT_ACCESS: 'token' }, 'token needs the Kubernetes API: set kubernetesApi'],
  [{ PODLAG_CERTIFICATE_LIFE: '10s' }, 'must be hours and minutes, as 720h'],
  [{ PODLAG_CERTIFICATE_LIFE: '0h' }, 'must be a minute (1m) or longer'],
  [{ PODLAG_CERTIFICATE_LIFE: '8761h' }, 'must be a year (8760h) or shorter'],
])('settings that do not go together are refused: %j', (env, words) => {
  try {
    loadConfig(settingsSchema, { env });
  } catch (error) {
    expect(isPodlagError(error, 'invalid-config') && error.message).toContain(words);
  }
  expect.assertions(1);
});

test.each([
  ['720h', 720 * 60],
  ['90m', 90],
  ['1h30m', 90],
  ['8760h', 8760 * 60],
])('a certificate life of %s is %i minutes', (text, minutes) => {
  const { certificateLife } = loadConfig(settingsSchema, { env: { PODLAG_CERTIFICATE_LIFE: text } });
  expect(certificateLife.milliseconds).toBe(minutes * 60_000);
});
