import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { kubectl } from './command';
import { makeLabelledNamespace, makeNamespace, removeAll } from './cluster-state';
import { textOf, objectsOf, titleOf, type Manifest } from './manifest';
import { deploy, kustomized, variants } from './rendering';

// Each question is a kubectl or a helm, and an installation is forty objects.
jest.setTimeout(120_000);

const certManager = [
  'Issuer/podlag-injector-self-signed',
  'Certificate/podlag-injector-ca',
  'Issuer/podlag-injector-ca',
  'Certificate/podlag-injector',
];
const prometheusOperator = [
  'ServiceMonitor/podlag-injector',
  'PodMonitor/podlag-agent',
  'PodMonitor/podlag-controller',
  'PrometheusRule/podlag-injector',
];
const openshift = ['SecurityContextConstraints/podlag-agent'];

/** Objects that a bare API server knows no kind for. Nothing else is kept from it. */
const withoutKind: Readonly<Record<string, readonly string[]>> = {
  'kustomize overlays/cert-manager': certManager,
  'kustomize overlays/openshift': openshift,
  'kustomize with every component': [...certManager, ...prometheusOperator],
  'chart cert-manager': certManager,
  'chart everything': prometheusOperator,
  'chart openshift': openshift,
};

const foreignGroups = ['cert-manager.io/v1', 'monitoring.coreos.com/v1', 'security.openshift.io/v1'];

const isForeign = ({ apiVersion }: Manifest) => foreignGroups.includes(apiVersion);

/** What the API server would have done, strictly: an unknown or a repeated field is an error. */
async function tried(objects: readonly Manifest[]): Promise<string[]> {
  const lines = await kubectl(['apply', '--dry-run=server', '--validate=strict', '-f', '-'], textOf(objects));
  return lines.split('\n').filter((line) => line.endsWith('(server dry run)'));
}

beforeAll(makeNamespace);

test.each(variants)('the API server accepts every object of: %s', async (name, objectsOfVariant) => {
  const objects = await objectsOfVariant();
  const [foreign, own] = [objects.filter(isForeign), objects.filter((object) => !isForeign(object))];
  expect(foreign.map(titleOf).sort()).toEqual([...(withoutKind[name] ?? [])].sort());
  expect(await tried(own)).toHaveLength(own.length);
});

test('a field that the API server does not know is found', async () => {
  const object = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'x', namespace: 'podlag-system' },
    spec: { ports: [{ port: 1, portt: 2 }] },
  };
  await expect(tried([object])).rejects.toThrow('strict decoding error: unknown field "spec.ports[0].portt"');
});

describe('where podlag is installed', () => {
  let definitions: readonly Manifest[];
  beforeAll(async () => {
    definitions = await kustomized('crds');
    await kubectl(['apply', '-f', '-'], textOf(definitions));
    await kubectl(['wait', '--for=condition=Established', '--timeout=30s', '-f', '-'], textOf(definitions));
  }, 60_000);
  afterAll(() => removeAll(definitions));

  const examples = readdirSync(join(deploy, 'examples')).filter((file) => file.endsWith('.yaml'));

  test.each(examples)('the API server accepts the example %s', async (file) => {
    const objects = objectsOf(await readFile(join(deploy, 'examples', file), 'utf8'));
    const namespaces = new Set(objects.flatMap(({ metadata }) => metadata.namespace ?? []));
    for (const namespace of namespaces)
      await makeLabelledNamespace(namespace, { 'sidecar-injection': 'enabled' });
    expect(objects.length).toBeGreaterThan(0);
    expect(await tried(objects)).toHaveLength(objects.length);
  });
});

/** Kinds that a Kubernetes of 1.27 serves in these versions. */
const kindsOf127 = [
  'v1/ConfigMap',
  'v1/Namespace',
  'v1/Secret',
  'v1/Service',
  'v1/ServiceAccount',
  'admissionregistration.k8s.io/v1/MutatingWebhookConfiguration',
  'apiextensions.k8s.io/v1/CustomResourceDefinition',
  'apps/v1/Deployment',
  'networking.k8s.io/v1/NetworkPolicy',
  'policy/v1/PodDisruptionBudget',
  'rbac.authorization.k8s.io/v1/ClusterRole',
  'rbac.authorization.k8s.io/v1/ClusterRoleBinding',
  'rbac.authorization.k8s.io/v1/Role',
  'rbac.authorization.k8s.io/v1/RoleBinding',
];

test('overlays/kubernetes-1.27 has no kind that Kubernetes 1.27 lacks', async () => {
  const [, objectsOfVariant] = variants.find(([name]) => name.endsWith('kubernetes-1.27'))!;
  const kinds = (await objectsOfVariant()).map(({ apiVersion, kind }) => `${apiVersion}/${kind}`);
  expect(kinds.filter((kind) => !kindsOf127.includes(kind))).toEqual([]);
});
