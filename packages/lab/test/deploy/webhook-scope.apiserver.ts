import { kubectl, tryKubectl } from './command';
import { makeLabelledNamespace, makeNamespace, makeServiceAccount } from './cluster-state';
import { at, find, type Manifest } from './manifest';
import { kustomized, namespace } from './rendering';
import { until } from './until';

/*
 * Who asks the webhook is decided by the API server. So here it has a webhook that nobody answers, with failurePolicy Fail:
 * a pod about which it would ask is refused, and the others are not. The webhook sees only pods with a label of this
 * test, so that it stands in nobody's way.
 */
const own = { 'podlag.io/test': 'webhook-scope' };
const name = 'podlag-webhook-scope';
const selecting = 'podlag-scope-selected';
const notSelecting = 'podlag-scope-not-selected';

interface Pod {
  readonly metadata?: { readonly labels?: object; readonly annotations?: object };
  readonly spec?: object;
}

const container = (containerName: string) => ({ name: containerName, image: 'app:1' });

function podIn(podNamespace: string, { metadata, spec }: Pod, podName = 'app'): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: podName,
      namespace: podNamespace,
      ...metadata,
      labels: { ...own, ...metadata?.labels },
    },
    spec: { containers: [container('app')], ...spec },
  });
}

/** Whether the API server asks the webhook about that pod. Any other refusal is an error. */
async function asked(pod: Pod, podNamespace = selecting): Promise<boolean> {
  const { code, stderr } = await tryKubectl(
    ['create', '--dry-run=server', '-f', '-'],
    podIn(podNamespace, pod),
  );
  if (stderr.includes('failed calling webhook "injector.podlag.io"')) return true;
  if (code !== 0) throw new Error(stderr);
  return false;
}

/** The shipped configuration, as changed, under another name and with nobody behind it. */
async function install(change: (webhook: object) => object): Promise<void> {
  const shipped = find(await kustomized('.'), 'MutatingWebhookConfiguration');
  const webhook = {
    ...change(at(shipped, 'webhooks', 0) as object),
    clientConfig: { url: 'https://127.0.0.1:1/mutate' },
    failurePolicy: 'Fail',
    objectSelector: { matchLabels: own },
  };
  const configuration: Manifest = { ...shipped, metadata: { name }, webhooks: [webhook] };
  await kubectl(['apply', '-f', '-'], JSON.stringify(configuration));
}

const mirrored = {
  metadata: { annotations: { 'kubernetes.io/config.mirror': 'x' } },
  spec: { nodeName: 'node-1' },
};
const injectorPod = { metadata: { labels: { 'app.kubernetes.io/name': 'podlag-injector' } } };
const withAgent = { spec: { containers: [container('app'), container('podlag-agent')] } };

const pods: readonly (readonly [title: string, pod: Pod, asked: boolean])[] = [
  ['an ordinary pod', {}, true],
  [
    'a pod with labels and annotations of others',
    { metadata: { labels: { 'app.kubernetes.io/name': 'tikv' }, annotations: { 'example.com/a': 'b' } } },
    true,
  ],
  [
    'a pod that is for Linux',
    { spec: { os: { name: 'linux' }, nodeSelector: { 'kubernetes.io/os': 'linux' } } },
    true,
  ],
  ['a pod with a node selector of its own', { spec: { nodeSelector: { disk: 'ssd' } } }, true],
  ['a pod on the host network, about which the injector warns', { spec: { hostNetwork: true } }, true],
  [
    'a pod that has opted out, for the same reason',
    { metadata: { annotations: { 'podlag.io/inject': 'false' } } },
    true,
  ],
  ['a pod with other init containers', { spec: { initContainers: [container('setup')] } }, true],
  ['a Windows pod', { spec: { os: { name: 'windows' } } }, false],
  ['a pod for Windows nodes', { spec: { nodeSelector: { 'kubernetes.io/os': 'windows' } } }, false],
  ['a pod of the injector', injectorPod, false],
  ['a pod that has its sidecar', withAgent, false],
  [
    'a pod that has its native sidecar',
    { spec: { initContainers: [{ ...container('podlag-agent'), restartPolicy: 'Always' }] } },
    false,
  ],
];

const namespaces = [selecting, notSelecting, 'kube-system', 'kube-public', 'kube-node-lease', namespace];

/** A pod that every namespace would take, the injector's own too. */
const restricted: Pod = {
  spec: {
    securityContext: { runAsNonRoot: true, runAsUser: 65532, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [
      {
        ...container('app'),
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
      },
    ],
  },
};

beforeAll(async () => {
  await makeNamespace();
  await makeLabelledNamespace(selecting, { 'sidecar-injection': 'enabled' });
  await makeLabelledNamespace(notSelecting, { 'sidecar-injection': 'enable' });
  await Promise.all(namespaces.map((each) => makeServiceAccount(each)));
  await kubectl([
    'label',
    '--overwrite',
    'namespace',
    'kube-system',
    'kube-public',
    'kube-node-lease',
    namespace,
    'sidecar-injection=enabled',
  ]);
  await kubectl(['apply', '-f', '-'], podIn(selecting, {}, 'stored'));
}, 60_000);

afterAll(async () => {
  await kubectl(['delete', '--ignore-not-found', 'mutatingwebhookconfiguration', name]);
  await kubectl([
    'label',
    'namespace',
    'kube-system',
    'kube-public',
    'kube-node-lease',
    namespace,
    'sidecar-injection-',
  ]);
  await kubectl([
    'delete',
    '--ignore-not-found',
    '--grace-period=0',
    '--force',
    '-n',
    selecting,
    'pod',
    'stored',
  ]);
}, 60_000);

describe('without its conditions and exceptions the webhook is asked', () => {
  beforeAll(async () => {
    await install((webhook) => ({
      ...webhook,
      matchConditions: [],
      namespaceSelector: { matchLabels: { 'sidecar-injection': 'enabled' } },
    }));
    await until(() => asked(restricted, 'kube-system'));
  }, 60_000);

  test.each(pods)('about %s', async (_, pod) => {
    expect(await asked(pod)).toBe(true);
  });

  test('about a mirror pod', async () => {
    expect(await asked(mirrored)).toBe(true);
  });

  test.each(namespaces)('about a pod of %s, where that is labelled', async (each) => {
    expect(await asked(restricted, each)).toBe(each !== notSelecting);
  });
});

describe('as it is shipped', () => {
  beforeAll(async () => {
    await install((webhook) => webhook);
    await until(async () => !(await asked(restricted, 'kube-system')) && (await asked({})));
  }, 60_000);

  test.each(pods)('about %s the webhook is asked: %s', async (_, pod, expected) => {
    expect(await asked(pod)).toBe(expected);
  });

  test('about a mirror pod it is not asked', async () => {
    expect(await asked(mirrored)).toBe(false);
  });

  test.each(namespaces)('about a pod of %s it is asked only where the label is meant', async (each) => {
    expect(await asked(restricted, each)).toBe(each === selecting);
  });

  test('about a change of a pod it is not asked', async () => {
    await kubectl(['annotate', '--dry-run=server', '-n', selecting, 'pod', 'stored', 'example.com/a=b']);
  });
});
