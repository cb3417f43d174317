import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';
import { eventually } from '../eventually';
import { inject, podWith, type Json, type NamedJson, type PodJson } from '../judge';
import { apply, remove, tryKubectl, type KubectlResult } from './kubectl';
import { makeNamespace, underOwnName, uniqueName, type PolicyDocument } from './policy-bed';

// The policy of deploy/base as it is, twice: bound to warn, and bound to deny. The pods are the injector's own, with one
// thing changed in each.

jest.setTimeout(60_000);

const { env } = process;
const name = uniqueName('podlag-net');
const enforce = 'pod-security.kubernetes.io/enforce';
const shipped = loadAll(
  readFileSync(join(__dirname, '../../../../deploy/base/sidecar-policy.yaml'), 'utf8'),
) as PolicyDocument[];
const [policy, binding] = underOwnName(shipped, name) as [PolicyDocument, PolicyDocument];
const [, denying] = underOwnName(shipped, `${name}-deny`) as [PolicyDocument, PolicyDocument];
const denyBinding = { ...denying, spec: { ...denying.spec, policyName: name, validationActions: ['Deny'] } };

let warned: string;
let denied: string;
let baseline: string;

beforeAll(async () => {
  await apply(policy, binding, denyBinding);
  warned = await makeNamespace({ [name]: 'enabled' });
  denied = await makeNamespace({ [`${name}-deny`]: 'enabled' });
  baseline = await makeNamespace({ [`${name}-deny`]: 'enabled', [enforce]: 'baseline' });
  const bare = podWith({ metadata: { name: 'probe' } });
  await eventually(async () => (await tried(bare, warned)).stderr.includes('no-sidecar'));
  await eventually(async () => (await tried(bare, denied)).status !== 0);
});

afterAll(async () => {
  const namespaces = [warned, denied, baseline].map((each) => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: each },
  }));
  await remove(binding, denyBinding, policy, ...namespaces);
});

function tried(pod: Json, namespace: string): Promise<KubectlResult> {
  const metadata = { ...(pod.metadata as Json), namespace };
  return tryKubectl(['apply', '--dry-run=server', '-f', '-'], JSON.stringify({ ...pod, metadata }));
}

const pod = (title: string, fields: { metadata?: Json; spec?: Json } = {}): Json =>
  podWith({ ...fields, metadata: { name: title, ...fields.metadata } });

const native = (title: string): PodJson => inject(pod(title), { sidecarMode: 'native' });
const plain = (title: string): PodJson => inject(pod(title), { sidecarMode: 'plain' });

function withAgent(title: string, change: (agent: NamedJson) => Json): Json {
  const given = native(title);
  return { ...given, spec: { ...given.spec, initContainers: given.spec.initContainers.map(change) } };
}

/** An agent that differs in one field of its securityContext; undefined takes it away. */
function withSecurity(title: string, change: Json): Json {
  return withAgent(title, (agent) => ({
    ...agent,
    securityContext: { ...(agent.securityContext as Json), ...change },
  }));
}

/** What an ordinary init container may not have. */
const ordinary = { restartPolicy: undefined, startupProbe: undefined, readinessProbe: undefined };

const container = { name: 'pd', image: 'pd' };

describe('a pod as it should be', () => {
  const passing: readonly (readonly [string, Json, string])[] = [
    ['with a native sidecar', native('native'), 'injected'],
    ['with a plain sidecar', plain('plain'), 'injected'],
    [
      'that opted out',
      pod('opted-out', { metadata: { annotations: { 'podlag.io/inject': 'false' } } }),
      'opted-out',
    ],
    [
      'on the host network',
      pod('host', { spec: { hostNetwork: true, containers: [container] } }),
      'host-network',
    ],
    [
      'whose container has the port that the sidecar needs',
      pod('port', { spec: { containers: [{ ...container, ports: [{ containerPort: 2332 }] }] } }),
      'port-clash',
    ],
    [
      'for Windows',
      pod('windows', { spec: { os: { name: 'windows' }, containers: [container] } }),
      'windows',
    ],
    [
      'for Windows nodes',
      pod('win-nodes', {
        spec: { nodeSelector: { 'kubernetes.io/os': 'windows' }, containers: [container] },
      }),
      'windows',
    ],
    [
      "with a volume of the mask's name of its own",
      inject(
        pod('mask-name', {
          spec: { containers: [container], volumes: [{ name: 'podlag-no-token', configMap: { name: 'c' } }] },
        }),
        { sidecarMode: 'native' },
      ),
      'injected',
    ],
  ];

  test.each(passing)('%s passes without a word', async (_, given, decision) => {
    expect(await tried(given, warned)).toMatchObject({ status: 0, stderr: '' });
    expect(await tried(given, denied)).toMatchObject({ status: 0, stderr: '' });
    await expectAudited(given, decision);
  });

  test.each([
    [
      'an image of a static pod',
      pod('mirror', {
        metadata: { annotations: { 'kubernetes.io/config.mirror': 'x' } },
        spec: { nodeName: 'node-1', containers: [container] },
      }),
    ],
    [
      'one of the injector',
      pod('injector', { metadata: { labels: { 'app.kubernetes.io/name': 'podlag-injector' } } }),
    ],
  ])('%s is not looked at', async (_, given) => {
    expect(await tried(given, warned)).toMatchObject({ status: 0, stderr: '' });
    expect(await tried(given, denied)).toMatchObject({ status: 0, stderr: '' });
  });

  test('a namespace that forbids NET_ADMIN is to have no sidecars', async () => {
    expect(await tried(pod('no-net-admin'), baseline)).toMatchObject({ status: 0, stderr: '' });
  });
});

describe('a pod that is not as it should be', () => {
  const changed = (fields: string): string =>
    `security-context: podlag-agent differs in ${fields} from what podlag injects. Exempt it from the webhook that changed it`;
  const token =
    'service-account-token: podlag-agent may read the token of the pod. Put its mount of the empty volume podlag-no-token back';

  const failing: readonly (readonly [string, Json, string])[] = [
    [
      'that came without a sidecar',
      pod('bare'),
      'no-sidecar: no container podlag-agent. See that podlag-injector runs and make the pod anew, or annotate it podlag.io/inject: "false"',
    ],
    [
      'whose native sidecar has lost its restartPolicy',
      withAgent('can-end', (agent) => ({ ...agent, ...ordinary })),
      'restart-policy: init container podlag-agent never ends, so the pod would never start. Put its restartPolicy: Always back',
    ],
    [
      'that lost NET_ADMIN',
      withSecurity('lost', { capabilities: { drop: ['ALL'] } }),
      changed('capabilities'),
    ],
    [
      'that got one capability more',
      withSecurity('more', { capabilities: { drop: ['ALL'], add: ['NET_ADMIN', 'NET_RAW'] } }),
      changed('capabilities'),
    ],
    [
      'that keeps the default capabilities',
      withSecurity('kept', { capabilities: { add: ['NET_ADMIN'] } }),
      changed('capabilities'),
    ],
    [
      'that is privileged',
      withSecurity('privileged', { privileged: true, allowPrivilegeEscalation: undefined }),
      changed('privileged, allowPrivilegeEscalation'),
    ],
    [
      'that may escalate',
      withSecurity('escalates', { allowPrivilegeEscalation: true }),
      changed('allowPrivilegeEscalation'),
    ],
    [
      'whose files can be written',
      withSecurity('writable', { readOnlyRootFilesystem: false }),
      changed('readOnlyRootFilesystem'),
    ],
    ['that is another user', withSecurity('user', { runAsUser: 1000 }), changed('runAsUser')],
    [
      'whose securityContext is gone',
      withAgent('stripped', (agent) => ({ ...agent, securityContext: undefined })),
      changed('capabilities, allowPrivilegeEscalation, readOnlyRootFilesystem, runAsUser'),
    ],
    [
      'that has a sidecar and the host network',
      { ...native('beside'), spec: { ...native('beside').spec, hostNetwork: true } },
      'host-network-sidecar: podlag-agent would shape the node, not the pod. Take hostNetwork away, or the sidecar',
    ],
    ['whose mask is gone', withAgent('unmasked', (agent) => ({ ...agent, volumeMounts: undefined })), token],
    [
      'whose mask is a volume that is not empty',
      {
        ...native('lined'),
        spec: { ...native('lined').spec, volumes: lined(native('lined').spec.volumes) },
      },
      token,
    ],
    [
      'whose mask is another volume',
      withAgent('other', (agent) => ({
        ...agent,
        volumeMounts: [{ name: 'podlag-run', mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' }],
      })),
      token,
    ],
  ];

  test.each(failing)('%s is warned about', async (_, given, message) => {
    const { status, stderr } = await tried(given, warned);
    expect(stderr).toBe(
      `Warning: Validation failed for ValidatingAdmissionPolicy '${name}' with binding '${name}': ${message}\n`,
    );
    expect(status).toBe(0);
    await expectAudited(given, message.split(':')[0] ?? '');
  });

  test.each(failing)('%s is refused', async (_, given, message) => {
    const { status, stderr } = await tried(given, denied);
    expect(stderr).toContain(
      `is forbidden: ValidatingAdmissionPolicy '${name}' with binding '${name}-deny' denied request: ${message}`,
    );
    expect(status).toBe(1);
  });

  test('everything that is wrong is said at once', async () => {
    const given = withAgent('all', (agent) => ({
      ...agent,
      ...ordinary,
      securityContext: undefined,
      volumeMounts: undefined,
    }));
    const everything = { ...given, spec: { ...(given.spec as Json), hostNetwork: true } };
    const { stderr } = await tried(everything, warned);
    expect(stderr.match(/[a-z-]+: (?:init container )?podlag-agent/g)).toEqual([
      'restart-policy: init container podlag-agent',
      'security-context: podlag-agent',
      'host-network-sidecar: podlag-agent',
      'service-account-token: podlag-agent',
    ]);
    await expectAudited(
      everything,
      'restart-policy,security-context,host-network-sidecar,service-account-token',
    );
  });
});

/** A mask with something in it, which could be a token. */
function lined(volumes: readonly NamedJson[]): readonly Json[] {
  return volumes.map((volume) =>
    volume.name === 'podlag-no-token' ? { name: volume.name, secret: { secretName: 'token' } } : volume,
  );
}

interface AuditEvent {
  readonly verb: string;
  readonly objectRef?: { readonly namespace?: string; readonly name?: string };
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Waits until the bed's audit log has what the policy decided about a pod that was made in the namespace of warnings. */
async function expectAudited(given: Json, decision: string): Promise<void> {
  const { auditLog } = JSON.parse(readFileSync(env.PODLAG_APISERVER_BED ?? '', 'utf8')) as {
    auditLog: string;
  };
  const title = (given.metadata as Json).name;
  const heard = await eventually(() => {
    const lines = readFileSync(auditLog, 'utf8')
      .split('\n')
      .filter((line) => line.includes(warned));
    const events = lines.map((line) => JSON.parse(line) as AuditEvent);
    return events.find(
      ({ verb, objectRef, annotations }) =>
        verb === 'create' && objectRef?.name === title && annotations?.[`${name}/decision`] !== undefined,
    );
  });
  expect(heard.annotations?.[`${name}/decision`]).toBe(decision);
}
