import { load } from 'js-yaml';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { helm, tryHelm } from './command';
import { objectsOf, titleOf, type Manifest } from './manifest';
import { chart, deploy, kustomized, namespace, rendered, valueSets, valuesFile } from './rendering';

/** PODLAG_UPDATE_GOLDEN=true writes the golden files, and the chart's copies, anew; the difference is for reviewers. */
// eslint-disable-next-line no-restricted-syntax -- a switch of the test run, like Jest's own
const update = process.env.PODLAG_UPDATE_GOLDEN === 'true';

async function expectSame(file: string, text: string): Promise<void> {
  if (update) await writeFile(file, text);
  expect(await readFile(file, 'utf8')).toBe(text);
}

describe('with no values', () => {
  const labelsOfTheTool = ['helm.sh/chart', 'app.kubernetes.io/managed-by'];

  /** Without what names the tool; a file in a ConfigMap by what it says, as comments do not count. */
  function comparable(object: Manifest): unknown {
    return JSON.parse(
      JSON.stringify(object, (key, value: unknown) => {
        if (labelsOfTheTool.includes(key)) return undefined;
        return key === 'sidecarconfig.yaml' ? load(value as string) : value;
      }),
    );
  }

  test('the chart makes what kubectl apply -k deploy/ makes, but for the namespace', async () => {
    const byTitle = (objects: Manifest[]) =>
      Object.fromEntries(objects.map((object) => [titleOf(object), comparable(object)]));
    const { [`Namespace/${namespace}`]: ownNamespace, ...fromKustomize } = byTitle(await kustomized('.'));
    expect(ownNamespace).toBeDefined();
    expect(byTitle(objectsOf(await rendered()))).toEqual(fromKustomize);
  });
});

test.each([
  ['base/sidecarconfig.yaml', 'sidecarconfig.yaml'],
  ['base/sidecar-policy.yaml', 'sidecar-policy.yaml'],
  ['components/monitoring/prometheus-rule.yaml', 'prometheus-rule.yaml'],
  ['overlays/openshift/agent-scc.yaml', 'agent-scc.yaml'],
  ['grafana/podlag-injector.json', 'podlag-injector.json'],
])("the chart's copy of deploy/%s is up to date (PODLAG_UPDATE_GOLDEN=true)", async (source, copy) => {
  await expectSame(join(chart, 'files', copy), await readFile(join(deploy, source), 'utf8'));
});

/** The dashboard is another file's copy already, and would be most of the golden file. */
function withoutDashboard(text: string): string {
  return text.replace(/^( +podlag-injector\.json: \|)\n[\s\S]*?\n(?=---|$(?![\s\S]))/m, '$1 ...\n');
}

test.each(valueSets)('values/%s.yaml gives the golden file', async (name) => {
  const text = withoutDashboard(await rendered('--values', valuesFile(name)));
  await expectSame(
    join(__dirname, 'golden', `${name}.yaml`),
    `# Written by chart.apiserver.ts from values/${name}.yaml. Not to be edited.\n${text}`,
  );
});

test.each(valueSets)('helm lint --strict has nothing to say about values/%s.yaml', async (name) => {
  const said = await helm([
    'lint',
    '--strict',
    chart,
    '--namespace',
    namespace,
    '--values',
    valuesFile(name),
  ]);
  expect(said).toContain('1 chart(s) linted, 0 chart(s) failed');
  expect(said).not.toMatch(/\[(WARNING|ERROR)\]/);
});

test.each([
  ['a name that is no value', 'replica=3', "additional properties 'replica' not allowed"],
  ['a name below one that is no value', 'image.registry=x', "additional properties 'registry' not allowed"],
  [
    'a failurePolicy in small letters',
    'failurePolicy=fail',
    "'/failurePolicy': value must be one of 'Ignore', 'Fail'",
  ],
  ['no replica', 'replicas=0', "'/replicas': minimum: got 0, want 1"],
  [
    'a time-out that Kubernetes does not allow',
    'timeoutSeconds=31',
    "'/timeoutSeconds': maximum: got 31, want 30",
  ],
  ['a port that needs a privilege', 'webhookPort=443', "'/webhookPort': minimum: got 443, want 1,024"],
  [
    'the port of the metrics',
    'webhookPort=9090',
    'webhookPort: 9090 is the port of the metrics. Take another.',
  ],
  ['days', 'certificates.life=30d', "'/certificates/life': '30d' does not match pattern"],
  [
    'a digest without its algorithm',
    'agent.image.digest=0123',
    "'/agent/image/digest': '0123' does not match pattern",
  ],
  [
    'a quantity with a space',
    'agent.resources.limits.memory=96 Mi',
    "'/agent/resources/limits/memory': '96 Mi' does not match",
  ],
  ['an audit only', 'policy.action=Audit', "'/policy/action': value must be one of 'Warn', 'Deny'"],
  ['an unknown source', 'certificates.source=vault', "'/certificates/source': value must be one of"],
  [
    'an issuer without a name',
    'certificates.source=cert-manager,certificates.issuer.kind=ClusterIssuer',
    "missing property 'name'",
  ],
  [
    'an issuer for another source',
    'certificates.issuer.name=my-ca',
    'certificates.issuer: there is none with source self-signed.',
  ],
  [
    'a CA with the wrong source',
    'certificates.caBundle=QUJD',
    'certificates.caBundle: with source self-signed it is not written',
  ],
  [
    'a Secret with the wrong source',
    'certificates.secretName=mine',
    'certificates.secretName: with source self-signed the Secret is',
  ],
  [
    'self-signed without the API',
    'kubernetesApi=none,sidecarMode=plain',
    'certificates.source: self-signed needs kubernetesApi: in-cluster',
  ],
  [
    'auto without the API',
    'kubernetesApi=none,certificates.source=cert-manager',
    'sidecarMode: auto needs kubernetesApi: in-cluster',
  ],
  ['a template without containers', 'template=volumes: []', 'template: needs a list `containers`'],
  ['a template that is no YAML', 'template=containers: [', 'template: is no YAML'],
])('%s is refused (%s)', async (_, values, message) => {
  const { code, stderr } = await tryHelm(['template', chart, '--namespace', namespace, '--set', values]);
  expect(stderr).toContain(message);
  expect(code).not.toBe(0);
});

test.each([
  ['1.29.0', []],
  ['1.30.0', ['ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding']],
  ['1.36.2', ['ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding']],
])('on Kubernetes %s the policy is %j', async (version, expected) => {
  const kinds = objectsOf(await rendered('--kube-version', version)).map(({ kind }) => kind);
  expect(kinds.filter((kind) => kind.startsWith('ValidatingAdmission')).sort()).toEqual(expected);
});

test('Kubernetes 1.26 is refused', async () => {
  await expect(rendered('--kube-version', '1.26.0')).rejects.toThrow('requires kubeVersion: >=1.27.0-0');
});

test('in another namespace everything is there, and nothing speaks of podlag-system', async () => {
  const text = await helm([
    'template',
    'faults',
    chart,
    '--namespace',
    'elsewhere',
    '--values',
    valuesFile('everything'),
  ]);
  expect(text).not.toContain(namespace);
  const namespaces = objectsOf(text).map(({ metadata }) => metadata.namespace ?? 'elsewhere');
  expect(new Set(namespaces)).toEqual(new Set(['elsewhere']));
});
