import { kubectl, tryKubectl } from '../deploy/command';
import { until } from '../deploy/until';
import {
  agentOf,
  install,
  labelled,
  makeNamespace,
  namespace,
  podManifest,
  removeNamespaces,
  rolledOut,
  tryPod,
  uninstall,
} from './installation';

// Most tests wait for something, each with a limit of its own below this.
jest.setTimeout(90_000);

const enforcing = 'enforces-baseline';
const unsaid = 'enforces-nothing';
const pod = podManifest('a');

beforeAll(async () => {
  await install();
  await makeNamespace(enforcing, { ...labelled, 'pod-security.kubernetes.io/enforce': 'baseline' });
  await makeNamespace(unsaid, labelled);
});

afterAll(async () => {
  await removeNamespaces(enforcing, unsaid);
  await uninstall();
});

async function set(...settings: readonly string[]): Promise<void> {
  await kubectl(['--namespace', namespace, 'set', 'env', 'deployment/podlag-injector', ...settings]);
  await rolledOut();
}

/** What kubectl says of a trial, once it is `words`: replicas that drain still answer as before. */
async function says(where: string, words: string): Promise<string> {
  await until(async () => (await tryPod(where, pod)).said.includes(words), 40_000);
  const { stderr } = await tryKubectl(['create', '--dry-run=server', '--namespace', where, '-f', '-'], pod);
  return stderr;
}

test('deny: the pod is refused, with the label to change', async () => {
  await set('PODLAG_ON_POD_SECURITY=deny');
  const said = await says(enforcing, 'pod refused (pod-security)');
  expect(said).toContain('denied the request');
  expect((await tryPod(enforcing, pod)).pod).toBeUndefined();
  expect(agentOf((await tryPod(unsaid, pod)).pod!)).toBeDefined();
});

test('inject: PodSecurity itself refuses the pod, after a warning that it may', async () => {
  await set('PODLAG_ON_POD_SECURITY=inject');
  const said = await says(enforcing, 'the pod may be refused');
  expect(said).toContain('violates PodSecurity "baseline:latest"');
  expect(said).toContain('NET_ADMIN');
});

test('a cluster whose own default is baseline: the pod comes without a sidecar unless its namespace says privileged', async () => {
  await set('PODLAG_ON_POD_SECURITY=skip', 'PODLAG_POD_SECURITY_DEFAULT=baseline');
  expect(await says(unsaid, '(pod-security)')).toContain('the cluster enforces baseline');
  expect(agentOf((await tryPod(unsaid, pod)).pod!)).toBeUndefined();
  await kubectl(['label', 'namespace', unsaid, 'pod-security.kubernetes.io/enforce=privileged']);
  await until(async () => (await tryPod(unsaid, pod)).said.includes('injected'));
});
