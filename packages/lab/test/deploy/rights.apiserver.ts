import { kubectl, tryKubectl } from './command';
import { makeNamespace, removeAll } from './cluster-state';
import { textOf, type Manifest } from './manifest';
import { composed, kustomized, namespace } from './rendering';
import { until } from './until';

const injector = `--as=system:serviceaccount:${namespace}:podlag-injector`;
const kindsOfRights = [
  'ServiceAccount',
  'Role',
  'RoleBinding',
  'ClusterRole',
  'ClusterRoleBinding',
  'Secret',
];
const webhooks = 'mutatingwebhookconfigurations.admissionregistration.k8s.io';

/** A question to `kubectl auth can-i`, and its answer. */
type Right = readonly [answer: 'yes' | 'no', question: string];

const always: readonly Right[] = [
  ['yes', 'list namespaces'],
  ['yes', 'watch namespaces'],
  ['yes', 'create events -n default'],
  ['no', 'create events.events.k8s.io -n default'],
  ...['get', 'list', 'watch', 'update', 'patch', 'delete'].map((verb): Right => [
    'no',
    `${verb} events -n default`,
  ]),
  ['no', 'get namespaces'],
  ['no', 'update namespaces'],
  ['no', `patch ${webhooks}`],
  ['no', `create ${webhooks}`],
  ['no', `delete ${webhooks}/podlag-injector`],
  ['no', `update ${webhooks}/podlag-injector`],
  ['no', `patch ${webhooks}/another`],
  ['no', 'patch validatingwebhookconfigurations/podlag-injector'],
  ['no', `list secrets -n ${namespace}`],
  ['no', `create secrets -n ${namespace}`],
  ['no', `delete secrets/podlag-injector-certs -n ${namespace}`],
  ['no', `get secrets/another -n ${namespace}`],
  ['no', 'get secrets/podlag-injector-certs -n default'],
  ['no', `get configmaps -n ${namespace}`],
  ['no', 'list pods -A'],
  ['no', 'create pods -n default'],
  ['no', 'patch pods -n default'],
  ['no', `create serviceaccounts/podlag-injector --subresource=token -n ${namespace}`],
  ['no', 'escalate clusterroles'],
  ['no', '* *'],
];

const rightsOfSelfSigned: readonly string[] = [
  `get ${webhooks}/podlag-injector`,
  `list ${webhooks}/podlag-injector`,
  `watch ${webhooks}/podlag-injector`,
  `patch ${webhooks}/podlag-injector`,
  `get secrets/podlag-injector-certs -n ${namespace}`,
  `list secrets/podlag-injector-certs -n ${namespace}`,
  `watch secrets/podlag-injector-certs -n ${namespace}`,
  `update secrets/podlag-injector-certs -n ${namespace}`,
];

async function installRights(objects: readonly Manifest[]): Promise<readonly Manifest[]> {
  const rights = objects.filter(({ kind }) => kindsOfRights.includes(kind));
  await kubectl(['apply', '-f', '-'], textOf(rights));
  return rights;
}

async function answer(question: string): Promise<string> {
  const { stdout } = await tryKubectl(['auth', 'can-i', ...question.split(' '), injector]);
  return stdout.trim();
}

/** The API server's authorizer hears of a change of the roles a moment after it is made. */
function hasHeard(owns: 'yes' | 'no'): Promise<void> {
  return until(async () => {
    const answers = await Promise.all(['list namespaces', ...rightsOfSelfSigned].map(answer));
    return answers.every((each, index) => each === (index === 0 ? 'yes' : owns));
  });
}

beforeAll(makeNamespace);

describe.each([
  ['self-signed', () => kustomized('.'), 'yes'],
  ['from cert-manager', () => composed('cert-manager'), 'no'],
] as const)('with a certificate %s', (_, objects, owns) => {
  let installed: readonly Manifest[];
  beforeAll(async () => {
    installed = await installRights(await objects());
    await hasHeard(owns);
  }, 30_000);
  afterAll(() => removeAll(installed));

  const rights: readonly Right[] = [...always, ...rightsOfSelfSigned.map((right) => [owns, right] as const)];

  test.each(rights)('%s: may the injector %s?', async (expected, question) => {
    expect(await answer(question)).toBe(expected);
  });
});

describe('what is allowed by name can be listed by name', () => {
  let installed: readonly Manifest[];
  beforeAll(async () => {
    installed = await installRights(await kustomized('.'));
    await hasHeard('yes');
  }, 30_000);
  afterAll(() => removeAll(installed));

  test.each([
    ['Secret', 'secrets', 'podlag-injector-certs'],
    ['webhook configuration', webhooks, 'podlag-injector'],
  ])('its %s with a field selector, and no list without one', async (_, resource, name) => {
    const list = ['get', resource, '-n', namespace, '-o', 'name', injector];
    await kubectl([...list, '--field-selector', `metadata.name=${name}`]);
    const { stderr } = await tryKubectl(list);
    expect(stderr).toContain('Forbidden');
  });
});
