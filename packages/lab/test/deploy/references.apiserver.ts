import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { at, find, objectsOf, titleOf, type Manifest } from './manifest';
import { chart, composed, deploy, rendered, variants } from './rendering';

// Each question is a kubectl or a helm, and an installation is forty objects.
jest.setTimeout(120_000);

const repository = join(deploy, '..');

/** Every string in a value, however deep. */
function strings(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(strings) : [];
}

describe.each(variants)('%s', (_, objectsOfVariant) => {
  let objects: readonly Manifest[];
  beforeAll(async () => {
    objects = await objectsOfVariant();
  });

  test('every object has the recommended labels', () => {
    for (const { kind, metadata } of objects) {
      expect({ kind, labels: Object.keys(metadata.labels ?? {}) }).toEqual({
        kind,
        labels: expect.arrayContaining(
          ['name', 'instance', 'version', 'part-of', 'managed-by']
            // The namespace is of no component: all are in it.
            .concat(kind === 'Namespace' ? [] : ['component'])
            .map((label) => `app.kubernetes.io/${label}`),
        ),
      });
    }
  });

  test('no right has a wildcard, and those without a name are known', () => {
    const rules = objects
      .filter(({ kind }) => kind === 'Role' || kind === 'ClusterRole')
      .flatMap((role) => role.rules as Record<string, string[]>[]);
    expect(strings(rules).filter((text) => text.includes('*'))).toEqual([]);
    const unnamed = rules.filter(({ resourceNames }) => (resourceNames ?? []).length === 0);
    const known = [
      'list,watch namespaces',
      'create events',
      // Of the controller.
      'list,watch pods,services,nodes,namespaces',
      'list,watch endpointslices',
      'get,list,watch networkfaults,latencymatrices,scenarios',
      'patch networkfaults/status,latencymatrices/status,scenarios/status',
      'create leases',
      // Of the role for people, which nobody is bound to.
      'get,list,watch,create,update,patch,delete,deletecollection networkfaults,latencymatrices,scenarios',
    ];
    const rights = unnamed.map(({ verbs, resources }) => `${String(verbs)} ${String(resources)}`);
    expect(rights.filter((right) => !known.includes(right))).toEqual([]);
  });

  test('the Service leads to ports that the pod has, and the pod mounts only what will be there', () => {
    const pod = at(find(objects, 'Deployment', 'podlag-injector'), 'spec', 'template', 'spec');
    const ports = (at(pod, 'containers', 0, 'ports') as { name: string }[]).map(({ name }) => name);
    const service = at(find(objects, 'Service'), 'spec', 'ports') as { targetPort: string }[];
    expect(service.map(({ targetPort }) => targetPort)).toEqual(ports);
    const volumes = (at(pod, 'volumes') as { name: string }[]).map(({ name }) => name);
    const mounts = at(pod, 'containers', 0, 'volumeMounts') as { name: string }[];
    expect(mounts.map(({ name }) => name).sort()).toEqual(volumes.sort());
    const template = find(objects, 'ConfigMap', 'podlag-injector-template').metadata.name;
    expect(at(pod, 'volumes')).toContainEqual({ name: 'template', configMap: { name: template } });
  });

  test('the webhook calls the Service, by its port', () => {
    const webhook = at(
      find(objects, 'MutatingWebhookConfiguration'),
      'webhooks',
      0,
      'clientConfig',
      'service',
    );
    const { name, namespace } = find(objects, 'Service').metadata;
    expect(webhook).toEqual({ name, namespace, path: '/mutate', port: 443 });
  });
});

// Their kinds are not in the API server of these tests: that they fit together is all that is checked of them.
describe('what belongs to cert-manager and the Prometheus operator', () => {
  let objects: readonly Manifest[];
  beforeAll(async () => {
    objects = await composed('cert-manager', 'monitoring');
  });

  test('the certificate is for the names by which the API server calls', () => {
    const { metadata } = find(objects, 'Service');
    const host = `${metadata.name}.${metadata.namespace ?? ''}.svc`;
    const certificate = find(objects, 'Certificate', 'podlag-injector');
    expect(at(certificate, 'spec', 'dnsNames')).toEqual([host, `${host}.cluster.local`]);
  });

  test('the pod mounts the Secret of the certificate, and nobody else makes that Secret', () => {
    const secret = at(find(objects, 'Certificate', 'podlag-injector'), 'spec', 'secretName');
    const deployment = find(objects, 'Deployment', 'podlag-injector');
    const volumes = at(deployment, 'spec', 'template', 'spec', 'volumes');
    expect(volumes).toContainEqual({ name: 'certs', secret: { secretName: secret, defaultMode: 0o440 } });
    expect(objects.filter(({ kind }) => kind === 'Secret').map(titleOf)).toEqual([
      'Secret/podlag-token-keys',
    ]);
  });

  test('the caBundle comes from that certificate, which comes from the CA', () => {
    const { namespace, name } = find(objects, 'Certificate', 'podlag-injector').metadata;
    const { annotations } = find(objects, 'MutatingWebhookConfiguration').metadata;
    expect(annotations).toEqual({ 'cert-manager.io/inject-ca-from': `${namespace ?? ''}/${name}` });
    const issuer = at(find(objects, 'Certificate', 'podlag-injector'), 'spec', 'issuerRef', 'name');
    const ca = find(objects, 'Issuer', issuer as string);
    expect(at(ca, 'spec', 'ca', 'secretName')).toBe(
      at(find(objects, 'Certificate', 'podlag-injector-ca'), 'spec', 'secretName'),
    );
  });

  test('the monitors ask ports that there are', () => {
    const service = at(find(objects, 'Service'), 'spec', 'ports') as { name: string }[];
    expect(service.map(({ name }) => name)).toContain(
      at(find(objects, 'ServiceMonitor'), 'spec', 'endpoints', 0, 'port'),
    );
    const portOf = (name: string) =>
      at(find(objects, 'PodMonitor', name), 'spec', 'podMetricsEndpoints', 0, 'port');
    const template = at(find(objects, 'ConfigMap', 'podlag-injector-template'), 'data', 'sidecarconfig.yaml');
    const port = portOf('podlag-agent') as string;
    expect(template).toContain(`- name: ${port}\n        containerPort: 2332`);
    const controller = find(objects, 'Deployment', 'podlag-controller');
    const ports = at(controller, 'spec', 'template', 'spec', 'containers', 0, 'ports');
    expect(ports).toEqual([{ name: portOf('podlag-controller'), containerPort: 9090 }]);
  });
});

test('the example NetworkPolicy leaves every port open to everybody but 2332', async () => {
  interface Rule {
    readonly from?: unknown;
    readonly ports: readonly {
      readonly protocol: string;
      readonly port: number;
      readonly endPort?: number;
    }[];
  }
  const text = await readFile(join(deploy, 'examples/agent-network-policy.yaml'), 'utf8');
  const rules = at(find(objectsOf(text), 'NetworkPolicy'), 'spec', 'ingress') as Rule[];
  const open = (protocol: string, port: number) =>
    rules.some(
      ({ from, ports }) =>
        from === undefined &&
        ports.some(
          (range) =>
            range.protocol === protocol && range.port <= port && port <= (range.endPort ?? range.port),
        ),
    );
  for (const protocol of ['TCP', 'UDP', 'SCTP']) {
    const closed = Array.from({ length: 65_535 }, (_, index) => index + 1).filter(
      (port) => !open(protocol, port),
    );
    expect({ protocol, closed }).toEqual({ protocol, closed: protocol === 'TCP' ? [2332] : [] });
  }
});

test.each(['grafana/podlag-injector.json', 'components/monitoring/prometheus-rule.yaml'])(
  'every metric in deploy/%s is one of docs/metrics.md',
  async (file) => {
    const metrics = /podlag_(?:agent|injector|controller)_[a-z_]+/g;
    const documented = new Set((await readFile(join(repository, 'docs/metrics.md'), 'utf8')).match(metrics));
    const used = (await readFile(join(deploy, file), 'utf8')).match(metrics) ?? [];
    expect(used.length).toBeGreaterThan(5);
    const unknown = used.filter((name) => !documented.has(name.replace(/_(bucket|sum|count)$/, '')));
    expect(unknown).toEqual([]);
  },
);

test('chart, labels and images are of the version of the packages', async () => {
  const { version } = JSON.parse(await readFile(join(repository, 'package.json'), 'utf8')) as {
    version: string;
  };
  const chartFile = await readFile(join(chart, 'Chart.yaml'), 'utf8');
  expect(chartFile).toContain(`\nversion: ${version}\nappVersion: ${version}\n`);
  const images = [...(await rendered()).matchAll(/image: (podlag-\S+)/g)].map(([, image]) => image);
  expect(images.sort()).toEqual(
    ['podlag-agent', 'podlag-controller', 'podlag-injector'].map((name) => `${name}:${version}`),
  );
});
