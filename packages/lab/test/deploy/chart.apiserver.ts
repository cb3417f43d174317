import { load } from 'js-yaml';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { helm, tryHelm } from './command';
import { at, find, objectsOf, titleOf, type Manifest } from './manifest';
import { chart, deploy, kustomized, namespace, rendered, valueSets, valuesFile } from './rendering';

// Each question is a kubectl or a helm, and an installation is forty objects.
jest.setTimeout(30_000);

/** PODLAG_UPDATE_GOLDEN=true writes the golden files, and the chart's copies, anew; the difference is for reviewers. */
const { env } = process;
const update = env.PODLAG_UPDATE_GOLDEN === 'true';

async function expectSame(file: string, text: string): Promise<void> {
  if (update) await writeFile(file, text);
  expect(await readFile(file, 'utf8')).toBe(text);
}

describe('with no values', () => {
  const labelsOfTheTool = ['helm.sh/chart', 'app.kubernetes.io/managed-by'];

  /** How Helm is to go about the object says nothing of the object. */
  const isOfTheTool = (annotations: unknown): boolean =>
    Object.keys(annotations as object).join() === 'helm.sh/resource-policy';

  /** Without what names the tool; a file in a ConfigMap by what it says, as comments do not count. */
  function comparable(object: Manifest): unknown {
    return JSON.parse(
      JSON.stringify(object, (key, value: unknown) => {
        if (labelsOfTheTool.includes(key)) return undefined;
        if (key === 'annotations' && isOfTheTool(value)) return undefined;
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

/** The dashboard and the definitions are copies of other files already, and would be most of the golden file. */
function withoutCopies(text: string): string {
  return text
    .replace(/^( +podlag-injector\.json: \|)\n[\s\S]*?\n(?=---|$(?![\s\S]))/m, '$1 ...\n')
    .replace(
      /^(kind: CustomResourceDefinition\n[\s\S]*?\nspec:)\n[\s\S]*?\n(?=---|$(?![\s\S]))/gm,
      '$1 ...\n',
    );
}

test.each(valueSets)('values/%s.yaml gives the golden file', async (name) => {
  const text = withoutCopies(await rendered('--values', valuesFile(name)));
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
  ['a word for whether there are Events', 'events=some', "'/events': got string, want boolean"],
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
  ['a life below a minute', 'certificates.life=30s', "'/certificates/life': '30s' does not match pattern"],
  ['no life', 'certificates.life=', "'/certificates/life': minLength: got 0, want 2"],
  [
    'a life above a year',
    'certificates.life=8761h',
    'certificates.life: 8761h is longer than a year. Take 8760h or less.',
  ],
  ['a year and a minute', 'certificates.life=8760h1m', 'certificates.life: 8760h1m is longer than a year.'],
  [
    'a life too short for cert-manager',
    'certificates.source=cert-manager,certificates.life=59m',
    'certificates.life: 59m is too short for cert-manager, which makes none below 1h.',
  ],
  ['a drain period that reads as octal', 'drainPeriod=010s', "'/drainPeriod': '010s' does not match pattern"],
  [
    'a level that PodSecurity does not have',
    'podSecurityDefault=strict',
    "'/podSecurityDefault': value must be one of 'privileged', 'baseline', 'restricted'",
  ],
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
  [
    'tokens for which nobody makes keys',
    'agentAccess=token,controller.enabled=false',
    'agentAccess: token needs controller.enabled: true, for it makes the keys and rotates them.',
  ],
  [
    'tokens without the API',
    'agentAccess=token,kubernetesApi=none,sidecarMode=plain,certificates.source=files',
    'agentAccess: token needs kubernetesApi: in-cluster',
  ],
  [
    'a word for access that there is not',
    'agentAccess=closed',
    "'/agentAccess': value must be one of 'open', 'token'",
  ],
  ['no controller of two', 'controller.replicas=0', "'/controller/replicas': minimum: got 0, want 1"],
  [
    'a value that the controller does not have',
    'controller.port=1',
    "additional properties 'port' not allowed",
  ],
  ['a template without containers', 'template=volumes: []', 'template: needs a list `containers`'],
  ['a template that is no YAML', 'template=containers: [', 'template: is no YAML'],
  ['a template with a word for containers', 'template=containers: x', 'template: needs a list `containers`'],
  [
    'a template with a word for a container',
    'template=containers: [x]',
    'template: containers[0] has to be a container',
  ],
  [
    'a template whose agent has no name',
    'template=containers: [{image: x}]',
    'template: containers[0].name has to be a name',
  ],
  [
    'a name that would end the string in an expression',
    `template=containers: [{name: "a'b"}]`,
    'template: containers[0].name has to be a name',
  ],
])('%s is refused (%s)', async (_, values, message) => {
  const { code, stderr } = await tryHelm(['template', chart, '--namespace', namespace, '--set', values]);
  expect(stderr).toContain(message);
  expect(code).not.toBe(0);
});

/** What the injector, or the controller, is told. */
function envOf(
  objects: readonly Manifest[],
  deployment = 'podlag-injector',
): readonly { readonly name: string; readonly value?: string }[] {
  const env = at(find(objects, 'Deployment', deployment), 'spec', 'template', 'spec', 'containers', 0, 'env');
  return env as { name: string; value?: string }[];
}

test.each(['1m', '90m', '1h30m', '8759h60m', '8760h'])('a certificate may be valid for %s', async (life) => {
  const objects = objectsOf(await rendered('--set', `certificates.life=${life}`));
  expect(envOf(objects)).toContainEqual({ name: 'PODLAG_CERTIFICATE_LIFE', value: life });
});

test('of cert-manager a certificate may be valid for an hour', async () => {
  const values = 'certificates.source=cert-manager,certificates.life=1h';
  const certificate = find(objectsOf(await rendered('--set', values)), 'Certificate', 'podlag-injector');
  expect(at(certificate, 'spec', 'duration')).toBe('1h');
});

test('with no drain period the pod still has time for the reviews under way', async () => {
  const deployment = find(
    objectsOf(await rendered('--set', 'drainPeriod=0s')),
    'Deployment',
    'podlag-injector',
  );
  expect(at(deployment, 'spec', 'template', 'spec', 'terminationGracePeriodSeconds')).toBe(30);
});

describe('an agent of another name', () => {
  const template = 'containers: [{name: net-agent, image: net-agent:1}, {name: podlag-companion, image: x}]';
  let objects: readonly Manifest[];
  beforeAll(async () => {
    objects = objectsOf(await rendered('--set-json', `template=${JSON.stringify(template)}`));
  });

  test.each(['MutatingWebhookConfiguration', 'ValidatingAdmissionPolicy'])(
    'is the one that the %s looks for',
    (kind) => {
      const text = JSON.stringify(find(objects, kind));
      expect(text).toContain("== 'net-agent'");
      expect(text).not.toContain('podlag-agent');
      expect(text).not.toContain('podlag-companion');
    },
  );
});

const excuseOf = (objects: readonly Manifest[]): string => {
  const variables = at(find(objects, 'ValidatingAdmissionPolicy'), 'spec', 'variables');
  return (variables as { name: string; expression: string }[]).find(({ name }) => name === 'excuse')!
    .expression;
};

test.each(['baseline', 'restricted'])(
  'injector and policy take a namespace without a label for one that enforces %s',
  async (level) => {
    const objects = objectsOf(await rendered('--set', `podSecurityDefault=${level}`));
    expect(envOf(objects)).toContainEqual({ name: 'PODLAG_POD_SECURITY_DEFAULT', value: level });
    expect(excuseOf(objects)).toContain(`[?'pod-security.kubernetes.io/enforce'].orValue('${level}') in [`);
  },
);

/** Whether the ClusterRole has the right to write Events. */
const mayWriteEvents = (objects: readonly Manifest[]): boolean =>
  JSON.stringify(find(objects, 'ClusterRole', 'podlag-injector').rules).includes('"events"');

test('without Events the injector is told so, and has no right to write any', async () => {
  const objects = objectsOf(await rendered('--set', 'events=false'));
  expect(envOf(objects)).toContainEqual({ name: 'PODLAG_EVENTS', value: 'false' });
  expect(mayWriteEvents(objects)).toBe(false);
  const byDefault = objectsOf(await rendered());
  expect(envOf(byDefault).map(({ name }) => name)).not.toContain('PODLAG_EVENTS');
  expect(mayWriteEvents(byDefault)).toBe(true);
});

const namesOf = (objects: readonly Manifest[], kind: string) =>
  objects.filter((object) => object.kind === kind).map(({ metadata }) => metadata.name);

describe('the controller', () => {
  test('left out takes everything of it along: definitions, keys, rights and its monitor', async () => {
    const objects = objectsOf(await rendered('--set', 'controller.enabled=false,podMonitor.enabled=true'));
    expect(namesOf(objects, 'CustomResourceDefinition')).toEqual([]);
    expect(namesOf(objects, 'PodMonitor')).toEqual(['podlag-agent']);
    const words = /controller|token-keys|podlag\.io\/v1alpha1/;
    expect(objects.map(titleOf).filter((title) => words.test(title))).toEqual([]);
    expect(JSON.stringify(objects)).not.toMatch(/podlag-controller|podlag-token-keys/);
    const shipped = objectsOf(await rendered('--set', 'podMonitor.enabled=true'));
    expect(shipped.map(titleOf).filter((title) => words.test(title)).length).toBeGreaterThan(8);
  });

  test('has the image, the size and the number of pods that it is given', async () => {
    const image = `controller.image.repository=registry.example.com/own,controller.image.tag=1.2`;
    const size = 'controller.replicas=4,controller.resources.limits.memory=2Gi';
    const objects = objectsOf(await rendered('--set', `${image},${size},replicas=1,logLevel=debug`));
    const { spec } = find(objects, 'Deployment', 'podlag-controller');
    expect(at(spec, 'replicas')).toBe(4);
    const container = at(spec, 'template', 'spec', 'containers', 0);
    expect(at(container, 'image')).toBe('registry.example.com/own:1.2');
    expect(at(container, 'resources')).toEqual({
      requests: { cpu: '50m', memory: '128Mi' },
      limits: { memory: '2Gi' },
    });
    expect(envOf(objects, 'podlag-controller')).toContainEqual({ name: 'PODLAG_LOG_LEVEL', value: 'debug' });
    const injector = find(objects, 'Deployment', 'podlag-injector');
    expect(at(injector, 'spec', 'replicas')).toBe(1);
    expect(at(injector, 'spec', 'template', 'spec', 'containers', 0, 'image')).toMatch(/^podlag-injector:/);
  });

  test('may reach agents at the ports that are said', async () => {
    const portsOf = async (...args: readonly string[]): Promise<unknown> => {
      const policy = find(objectsOf(await rendered(...args)), 'NetworkPolicy', 'podlag-controller');
      return at(policy, 'spec', 'egress', 1, 'ports');
    };
    expect(await portsOf()).toEqual([{ port: 2332 }]);
    expect(await portsOf('--set', 'networkPolicy.agentPorts={2332,2400}')).toEqual([
      { port: 2332 },
      { port: 2400 },
    ]);
  });

  test('and injector know of token mode, and only then has it a right to the keys', async () => {
    const [open, token] = await Promise.all(
      ['open', 'token'].map(async (access) => objectsOf(await rendered('--set', `agentAccess=${access}`))),
    );
    for (const deployment of ['podlag-injector', 'podlag-controller'])
      expect(envOf(token!, deployment)).toContainEqual({ name: 'PODLAG_AGENT_ACCESS', value: 'token' });
    const added = ['Role/podlag-token-keys-keeper', 'RoleBinding/podlag-token-keys-keeper'];
    expect(token!.map(titleOf).sort()).toEqual([...open!.map(titleOf), ...added].sort());
  });
});

test('by default a namespace without a label enforces nothing', async () => {
  const objects = objectsOf(await rendered());
  expect(envOf(objects).map(({ name }) => name)).not.toContain('PODLAG_POD_SECURITY_DEFAULT');
  expect(excuseOf(objects)).toContain(`[?'pod-security.kubernetes.io/enforce'].orValue('') in [`);
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
