import { readFileSync } from 'node:fs';
import { kubectl, tryKubectl } from '../deploy/command';
import { until } from '../deploy/until';
import {
  agentOf,
  isReady,
  labelled,
  makeNamespace,
  namespace,
  podManifest,
  podsIn,
  removeNamespaces,
  tryPod,
  uninstall,
} from './installation';
import { readmeLines, repository, typed } from './readme-lines';

// Most tests wait for something, each with a limit of its own below this.
jest.setTimeout(90_000);

const manifest = readFileSync(`${repository}/deploy/examples/tidb-cluster.yaml`, 'utf8');
/** One that every level of the Pod Security Standards admits. */
const restrictedPod = podManifest('a', {
  spec: {
    containers: [
      {
        ...{ name: 'app', image: 'app' },
        securityContext: {
          ...{ runAsNonRoot: true, runAsUser: 1000, allowPrivilegeEscalation: false },
          capabilities: { drop: ['ALL'] },
          seccompProfile: { type: 'RuntimeDefault' },
        },
      },
    ],
  },
});
let printed: Record<string, string>;

beforeAll(async () => {
  const lines = await readmeLines('Install it in a cluster');
  expect(lines.length).toBeGreaterThan(4);
  printed = Object.fromEntries(lines.map((line) => [line, typed(line)]));
}, 180_000);

afterAll(async () => {
  await removeNamespaces('tidb-cluster', 'shop', 'unlabelled');
  await uninstall();
}, 120_000);

test('every pod that a controller makes of the TiDB cluster has its agent, as a native sidecar', async () => {
  const pods = await podsIn('tidb-cluster');
  expect(pods.map(({ metadata }) => metadata.name.replace(/discovery-.*/, 'discovery')).sort()).toEqual([
    'basic-discovery',
    ...['basic-pd-0', 'basic-pd-1', 'basic-pd-2'],
    ...['basic-tidb-0', 'basic-tidb-1'],
    ...['basic-tikv-0', 'basic-tikv-1', 'basic-tikv-2'],
  ]);
  for (const pod of pods) expect(agentOf(pod)).toMatchObject({ restartPolicy: 'Always' });
});

test('the trial run shows why a pod would get its sidecar', () => {
  const [line] = Object.keys(printed).filter((typedLine) => typedLine.includes('--dry-run=server'));
  expect(printed[line!]).toContain('Warning: podlag: injected: native sidecar podlag-agent');
});

test('kubectl apply of the whole cluster as a trial warns for each pod that it makes itself, and changes nothing', async () => {
  await kubectl(['apply', '--dry-run=server', '-f', '-'], manifest);
  const { stderr } = await tryKubectl(
    ['apply', '--dry-run=server', '--namespace', 'shop', '-f', '-'],
    podManifest('by-hand'),
  );
  expect(stderr).toContain('Warning: podlag: injected: native sidecar podlag-agent');
  expect(await podsIn('shop')).toEqual([]);
});

test('a StatefulSet that loses a pod gets another with a sidecar', async () => {
  const uidOf = () =>
    kubectl(['get', 'pod', 'basic-pd-0', '-n', 'tidb-cluster', '-o', 'jsonpath={.metadata.uid}']);
  const before = await uidOf();
  await kubectl(['delete', 'pod', 'basic-pd-0', '--namespace', 'tidb-cluster', '--wait']);
  await until(async () => (await podsIn('tidb-cluster')).filter(isReady).length === 9);
  expect(await uidOf()).not.toBe(before);
  const again = (await podsIn('tidb-cluster')).find(({ metadata }) => metadata.name === 'basic-pd-0');
  expect(agentOf(again!)).toBeDefined();
});

test('in a namespace without the label nothing is added and nothing is said', async () => {
  await makeNamespace('unlabelled', {});
  const { pod, said } = await tryPod('unlabelled', podManifest('a'));
  expect(agentOf(pod!)).toBeUndefined();
  expect(said).toBe('');
});

test('a pod that says no has none, and its creator is told', async () => {
  const { pod, said } = await tryPod(
    'shop',
    podManifest('a', { metadata: { annotations: { 'podlag.io/inject': 'false' } } }),
  );
  expect(agentOf(pod!)).toBeUndefined();
  expect(said).toContain('Warning: podlag: no sidecar (opted-out): podlag.io/inject is "false"');
});

test('a pod on the host network has none, and its creator is told', async () => {
  const { pod, said } = await tryPod('shop', podManifest('a', { spec: { hostNetwork: true } }));
  expect(agentOf(pod!)).toBeUndefined();
  expect(said).toContain('no sidecar (host-network)');
});

test.each(['baseline', 'restricted'])(
  'where PodSecurity enforces %s the pod comes without a sidecar, with the label to change',
  async (level) => {
    const where = `enforces-${level}`;
    await makeNamespace(where, { ...labelled, 'pod-security.kubernetes.io/enforce': level });
    // The injector hears of the namespace by its watch.
    await until(async () => (await tryPod(where, restrictedPod)).said.includes('(pod-security)'));
    const { pod, said } = await tryPod(where, restrictedPod);
    expect(agentOf(pod!)).toBeUndefined();
    expect(said).toContain(
      `kubectl label --overwrite ns ${where} pod-security.kubernetes.io/enforce=privileged`,
    );
    typed(`kubectl label --overwrite ns ${where} pod-security.kubernetes.io/enforce=privileged`);
    await until(async () => (await tryPod(where, restrictedPod)).said.includes('injected'));
    await removeNamespaces(where);
  },
  30_000,
);

test.each(['kube-system', namespace])('%s labelled by mistake is never touched', async (where) => {
  await kubectl(['label', 'namespace', where, 'sidecar-injection=enabled']);
  try {
    const { pod, said } = await tryPod(where, restrictedPod);
    expect(agentOf(pod!)).toBeUndefined();
    expect(said).toBe('');
  } finally {
    await kubectl(['label', 'namespace', where, 'sidecar-injection-']);
  }
});

test('the kill switch of deploy/README.md lets pods through without sidecars, and the policy says so', async () => {
  await kubectl(['delete', 'mutatingwebhookconfiguration', 'podlag-injector']);
  try {
    await until(async () => (await tryPod('shop', podManifest('a'))).said.includes('no-sidecar'));
    expect((await tryPod('shop', podManifest('a'))).pod).toBeDefined();
  } finally {
    await kubectl(['apply', '-k', `${repository}/deploy`]);
  }
  await until(async () => (await tryPod('shop', podManifest('a'))).said.includes('injected'));
});
