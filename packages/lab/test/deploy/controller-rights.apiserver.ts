import { answer, as, hasHeard, installRights, type Right } from './can-i';
import { kubectl, tryKubectl } from './command';
import { makeNamespace, removeAll } from './cluster-state';
import { objectsOf, type Manifest } from './manifest';
import { composed, kustomized, namespace, rendered } from './rendering';

// Each question is a kubectl or a helm, and an installation is forty objects.
jest.setTimeout(120_000);

const account = 'podlag-controller';
const kinds = ['networkfaults.podlag.io', 'latencymatrices.podlag.io', 'scenarios.podlag.io'];
const seen = ['pods', 'services', 'nodes', 'namespaces', 'endpointslices.discovery.k8s.io', ...kinds];

const each = (answer: Right[0], words: readonly string[], question: (word: string) => string): Right[] =>
  words.map((word) => [answer, question(word)]);

const always: readonly Right[] = [
  ...each('yes', seen, (kind) => `list ${kind} -A`),
  ...each('yes', seen, (kind) => `watch ${kind} -A`),
  ...each('yes', kinds, (kind) => `get ${kind} -n default`),
  ...each('yes', kinds, (kind) => `patch ${kind} --subresource=status -n default`),
  ...each('no', kinds, (kind) => `patch ${kind} -n default`),
  ...each('no', ['create', 'update', 'delete'], (verb) => `${verb} networkfaults.podlag.io -n default`),
  ['yes', 'create events -n default'],
  ...each('no', ['get', 'list', 'patch', 'delete'], (verb) => `${verb} events -n default`),
  ['yes', `get leases/podlag-controller -n ${namespace}`],
  ['yes', `update leases/podlag-controller -n ${namespace}`],
  ['yes', `create leases -n ${namespace}`],
  ['no', `update leases/another -n ${namespace}`],
  ['no', `delete leases/podlag-controller -n ${namespace}`],
  ['no', 'get leases/podlag-controller -n kube-system'],
  ['no', 'create leases -n kube-system'],
  ...each('no', ['create', 'update', 'patch', 'delete'], (verb) => `${verb} pods -n default`),
  ['no', 'create pods --subresource=exec -n default'],
  ['no', 'get pods --subresource=proxy -n default'],
  ['no', 'create pods --subresource=proxy -n default'],
  ['no', 'get nodes --subresource=proxy'],
  ['no', 'patch services -n default'],
  ['no', 'patch nodes'],
  ['no', 'patch namespaces'],
  ['no', `list secrets -n ${namespace}`],
  ['no', `create secrets -n ${namespace}`],
  ['no', `get secrets/podlag-injector-certs -n ${namespace}`],
  ['no', 'get secrets/podlag-token-keys -n default'],
  ['no', `list configmaps -n ${namespace}`],
  ['no', `create configmaps -n ${namespace}`],
  ['no', 'get customresourcedefinitions'],
  ['no', 'patch mutatingwebhookconfigurations/podlag-injector'],
  ['no', `create serviceaccounts/podlag-controller --subresource=token -n ${namespace}`],
  ['no', 'escalate clusterroles'],
  ['no', '* *'],
];

const neverOfKeys: readonly Right[] = [
  ['no', `delete secrets/podlag-token-keys -n ${namespace}`],
  ['no', `delete configmaps/podlag-token-keys -n ${namespace}`],
];

const rightsToKeys: readonly string[] = [
  ...['get', 'list', 'watch', 'update'].map((verb) => `${verb} secrets/podlag-token-keys -n ${namespace}`),
  ...['get', 'update'].map((verb) => `${verb} configmaps/podlag-token-keys -n ${namespace}`),
];

beforeAll(makeNamespace);

describe.each([
  ['open, by kustomize', () => kustomized('.'), 'no'],
  ['token, by kustomize', () => composed('token-access'), 'yes'],
  ['token, by the chart', async () => objectsOf(await rendered('--set', 'agentAccess=token')), 'yes'],
] as const)('where agents are %s', (_, objects, owns) => {
  let installed: readonly Manifest[];
  const keys = each(owns, rightsToKeys, (right) => right);
  beforeAll(async () => {
    installed = await installRights(await objects());
    await hasHeard(account, [['yes', `list ${kinds[0]!} -A`], ...keys]);
  }, 120_000);
  afterAll(() => removeAll(installed));

  test.each([...always, ...neverOfKeys, ...keys])(
    '%s: may the controller %s?',
    async (expected, question) => {
      expect(await answer(account, question)).toBe(expected);
    },
  );
});

test('the Secret of the keys can be listed by its name, and no other with it', async () => {
  const installed = await installRights(await composed('token-access'));
  try {
    await hasHeard(account, [['yes', rightsToKeys[0]!]]);
    const list = ['get', 'secrets', '-n', namespace, '-o', 'name', as(account)];
    const names = await kubectl([...list, '--field-selector', 'metadata.name=podlag-token-keys']);
    expect(names.trim()).toBe('secret/podlag-token-keys');
    expect((await tryKubectl(list)).stderr).toContain('Forbidden');
  } finally {
    await removeAll(installed);
  }
}, 120_000);
