import { helm, kubectl } from '../deploy/command';
import { until } from '../deploy/until';
import {
  agentOf,
  labelled,
  leader,
  makeNamespace,
  namespace,
  podManifest,
  publishedBundle,
  read,
  removeDefinitions,
  removeNamespaces,
  rolledOut,
  tryPod,
} from './installation';
import { readmeLines, repository, typed } from './readme-lines';

// Most tests wait for something, each with a limit of its own below this.
jest.setTimeout(90_000);

const where = 'by-helm';

/** `kind/name` of every object of the cluster that is in no namespace, of whatever kind the API server has. */
async function clusterScoped(): Promise<string[]> {
  const list = ['api-resources', '--namespaced=false', '--verbs=list', '--output=name'];
  const kinds = (await kubectl(list)).trim().split('\n');
  const names = await kubectl(['get', '--ignore-not-found', '--output=name', kinds.join(',')]);
  return names.trim().split('\n').sort();
}

async function injects(): Promise<boolean> {
  const { pod, said } = await tryPod(where, podManifest('a'));
  return said.includes('podlag: injected') && pod !== undefined && agentOf(pod) !== undefined;
}

let before: readonly string[];

beforeAll(async () => {
  // Helm takes over nothing that it has not made.
  // One after the other: a namespace whose kinds go meanwhile is looked at again after 5, 10, 20 and 40 s.
  await removeDefinitions();
  await removeNamespaces(namespace);
  await makeNamespace(where, labelled);
  before = await clusterScoped();
  const lines = await readmeLines('Install it in a cluster', 'helm');
  expect(lines).toHaveLength(1);
  typed(lines[0]!);
  await rolledOut();
}, 180_000);

afterAll(async () => {
  await removeNamespaces(where, namespace);
}, 60_000);

test('the line of the README installs by Helm, and pods get their sidecar', async () => {
  await until(injects);
}, 60_000);

test('the controller is ready and one of its pods leads, with the rights that the chart gives it', async () => {
  await rolledOut('podlag-controller');
  await until(async () => (await leader())?.startsWith('podlag-controller-') ?? false);
}, 90_000);

test('an upgrade to failurePolicy Fail leaves the certificate alone, and pods get their sidecar', async () => {
  const bundle = await publishedBundle();
  expect(bundle).toContain('BEGIN CERTIFICATE');
  const chart = ['podlag', `${repository}/deploy/helm/podlag`, '--namespace', namespace];
  await helm(['upgrade', ...chart, '--set', 'failurePolicy=Fail']);
  const { webhooks } = await read<{ webhooks: readonly { failurePolicy: string }[] }>(
    ...['mutatingwebhookconfiguration', 'podlag-injector'],
  );
  expect(webhooks.map(({ failurePolicy }) => failurePolicy)).toEqual(['Fail']);
  expect(await publishedBundle()).toBe(bundle);
  await until(injects);
}, 60_000);

/** The environment that a pod's agent would have. */
async function agentEnv(): Promise<Readonly<Record<string, string | undefined>>> {
  const { pod } = await tryPod(where, podManifest('a'));
  const agent = (pod === undefined ? undefined : agentOf(pod)) as AgentContainer | undefined;
  return Object.fromEntries((agent?.env ?? []).map(({ name, value }) => [name, value]));
}

interface AgentContainer {
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
}

test('an upgrade to agentAccess token: the controller fills the Secret, and pods get the public half of it', async () => {
  expect((await agentEnv()).PODLAG_ACCESS).toBeUndefined();
  const chart = ['podlag', `${repository}/deploy/helm/podlag`, '--namespace', namespace];
  await helm(['upgrade', ...chart, '--set', 'agentAccess=token']);
  await rolledOut('podlag-controller');
  await rolledOut();
  await until(async () => (await agentEnv()).PODLAG_ACCESS === 'token', 40_000);
  const { PODLAG_TOKEN_KEYS: keys = '' } = await agentEnv();
  expect(JSON.parse(keys)).toEqual({ keys: [expect.objectContaining({ kty: 'OKP', crv: 'Ed25519' })] });
  expect(keys).not.toContain('"d"');
}, 180_000);

test('helm uninstall leaves nothing of the cluster behind but the namespace', async () => {
  const during = await clusterScoped();
  expect(during.filter((title) => title.endsWith('/podlag-sidecar'))).toHaveLength(2);
  await helm(['uninstall', 'podlag', '--namespace', namespace, '--wait']);
  const after = await clusterScoped();
  expect(after.filter((title) => !before.includes(title))).toEqual([`namespace/${namespace}`]);
}, 60_000);
