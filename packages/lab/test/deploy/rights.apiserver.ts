import { answer, as, hasHeard, installRights, type Right } from './can-i';
import { kubectl, tryKubectl } from './command';
import { makeNamespace, removeAll } from './cluster-state';
import type { Manifest } from './manifest';
import { composed, kustomized, namespace } from './rendering';

// Each question is a kubectl or a helm, and an installation is forty objects.
jest.setTimeout(120_000);

const account = 'podlag-injector';
const webhooks = 'mutatingwebhookconfigurations.admissionregistration.k8s.io';

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
  // The public keys of tokens. Not the private ones, whose Secret has the same name.
  ['yes', `get configmaps/podlag-token-keys -n ${namespace}`],
  ['yes', `list configmaps/podlag-token-keys -n ${namespace}`],
  ['yes', `watch configmaps/podlag-token-keys -n ${namespace}`],
  ['no', `update configmaps/podlag-token-keys -n ${namespace}`],
  ['no', `patch configmaps/podlag-token-keys -n ${namespace}`],
  ['no', 'get configmaps/podlag-token-keys -n default'],
  ['no', `get secrets/podlag-token-keys -n ${namespace}`],
  ['no', 'list networkfaults.podlag.io -A'],
  ['no', `get leases/podlag-controller -n ${namespace}`],
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

/** Once those that only a self-signed certificate needs are as they are to be. */
const heard = (owns: 'yes' | 'no') =>
  hasHeard(account, [
    ['yes', 'list namespaces'],
    ...rightsOfSelfSigned.map((right) => [owns, right] as const),
  ]);

beforeAll(makeNamespace);

describe.each([
  ['self-signed', () => kustomized('.'), 'yes'],
  ['from cert-manager', () => composed('cert-manager'), 'no'],
] as const)('with a certificate %s', (_, objects, owns) => {
  let installed: readonly Manifest[];
  beforeAll(async () => {
    installed = await installRights(await objects());
    await heard(owns);
  }, 120_000);
  afterAll(() => removeAll(installed));

  const rights: readonly Right[] = [...always, ...rightsOfSelfSigned.map((right) => [owns, right] as const)];

  test.each(rights)('%s: may the injector %s?', async (expected, question) => {
    expect(await answer(account, question)).toBe(expected);
  });
});

describe('what is allowed by name can be listed by name', () => {
  let installed: readonly Manifest[];
  beforeAll(async () => {
    installed = await installRights(await kustomized('.'));
    await heard('yes');
  }, 120_000);
  afterAll(() => removeAll(installed));

  test.each([
    ['Secret', 'secrets', 'podlag-injector-certs'],
    ['ConfigMap of keys', 'configmaps', 'podlag-token-keys'],
    ['webhook configuration', webhooks, 'podlag-injector'],
  ])('its %s with a field selector, and no list without one', async (_, resource, name) => {
    const list = ['get', resource, '-n', namespace, '-o', 'name', as(account)];
    await kubectl([...list, '--field-selector', `metadata.name=${name}`]);
    const { stderr } = await tryKubectl(list);
    expect(stderr).toContain('Forbidden');
  });
});
