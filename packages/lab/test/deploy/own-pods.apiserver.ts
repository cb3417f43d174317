import { kubectl, tryKubectl } from './command';
import { makeNamespace, makeServiceAccount } from './cluster-state';
import { at, find, objectsOf, type Manifest } from './manifest';
import { composed, kustomized, namespace, rendered, valuesFile } from './rendering';

// Each question is a kubectl or a helm, and an installation is forty objects.
jest.setTimeout(120_000);

interface PodTemplate {
  readonly metadata: object;
  readonly spec: { readonly containers: readonly object[]; readonly [field: string]: unknown };
}

const programs = ['podlag-injector', 'podlag-controller'] as const;
type Program = (typeof programs)[number];

/** The pod that the Deployment's controller would make. */
function podOf({ metadata, spec }: PodTemplate): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...metadata, name: 'podlag-0', namespace },
    spec,
  });
}

const create = ['create', '--dry-run=server', '--validate=strict', '-f', '-'];

let templates: Readonly<Record<string, Readonly<Record<Program, PodTemplate>>>>;

beforeAll(async () => {
  await makeNamespace();
  for (const program of programs) await makeServiceAccount(namespace, program);
  const chartWith = async (values: string) => objectsOf(await rendered('--values', valuesFile(values)));
  const sources = {
    kustomize: await kustomized('.'),
    production: await kustomized('overlays/production'),
    openshift: await kustomized('overlays/openshift'),
    certManager: await kustomized('overlays/cert-manager'),
    tokenAccess: await composed('token-access'),
    hardened: await chartWith('hardened'),
  };
  const templateOf = (objects: readonly Manifest[], program: Program) =>
    at(find(objects, 'Deployment', program), 'spec', 'template') as PodTemplate;
  templates = Object.fromEntries(
    Object.entries(sources).map(([name, objects]) => [
      name,
      {
        'podlag-injector': templateOf(objects, 'podlag-injector'),
        'podlag-controller': templateOf(objects, 'podlag-controller'),
      },
    ]),
  );
});

describe.each(programs)('%s', (program) => {
  test.each(['kustomize', 'production', 'openshift', 'certManager', 'tokenAccess', 'hardened'])(
    'its own namespace, which enforces PodSecurity restricted, lets the pod in: %s',
    async (name) => {
      const { code, stdout, stderr } = await tryKubectl(create, podOf(templates[name]![program]));
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toContain('pod/podlag-0 created');
    },
  );

  test.each([
    ['privilege escalation', { allowPrivilegeEscalation: true }, 'allowPrivilegeEscalation != false'],
    ['a capability', { capabilities: { drop: ['ALL'], add: ['NET_ADMIN'] } }, 'unrestricted capabilities'],
    ['root', { runAsUser: 0 }, 'runAsUser=0'],
  ])('and would not with %s', async (_, change, message) => {
    const { metadata, spec } = templates.kustomize![program];
    const [container] = spec.containers as [{ securityContext: object }];
    const securityContext = { ...container.securityContext, ...change };
    const pod = podOf({ metadata, spec: { ...spec, containers: [{ ...container, securityContext }] } });
    const { stderr } = await tryKubectl(create, pod);
    expect(stderr).toContain('violates PodSecurity "restricted');
    expect(stderr).toContain(message);
  });

  test('the container is read-only, without capabilities, with a request and a limit of memory', async () => {
    const container = at(templates.kustomize![program], 'spec', 'containers', 0);
    expect(at(container, 'securityContext')).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(at(container, 'resources')).toEqual({
      requests: { cpu: expect.any(String), memory: expect.any(String) },
      limits: { memory: expect.any(String) },
    });
    const created = await kubectl([...create, '-o', 'json'], podOf(templates.kustomize![program]));
    expect(at(JSON.parse(created), 'status', 'qosClass')).toBe('Burstable');
  });
});
