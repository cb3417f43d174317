import { Duration } from '@podlag/core';
import { mutatingPolicy } from '../../src/policy/mutating-policy';
import { sidecarModes, type SidecarMode } from '../../src/sidecar';
import { parseTemplate, type Template } from '../../src/template';
import { eventually } from '../eventually';
import { judge, patched, podWith, type Json, type PodJson } from '../judge';
import { predecessorText, shippedTemplate } from '../templates';
import { accounts, generatedPods, injectedPods, jobPod, latencies, skippedPods } from './corpus';
import { comparable, created } from './created-pods';
import { apply, kubectl, remove } from './kubectl';
import { makeNamespace, underOwnName, uniqueName, type PolicyDocument } from './policy-bed';

// The API server makes each pod twice, and is asked to keep neither: once by the policy, and once out of the webhook's
// own patch to the same pod, in a namespace that nobody injects into.

jest.setTimeout(120_000);

/** All that a template may have, with texts that would not survive careless quoting. */
const fullTemplate = parseTemplate({
  name: 'full',
  text: String.raw`
containers:
  - name: agent
    image: agent:1
    env:
      - { name: PODLAG_DEVICE, value: eth9 }
      - { name: PODLAG_EXEMPT_PROBES, value: "false" }
      - { name: TEXT, value: "quotes ' \" and \\ and \n, \u00e9, \U0001F600, \u2028, $(A) ${'`'}" }
      - { name: NODE, valueFrom: { fieldRef: { fieldPath: spec.nodeName } } }
    args: ["--rate=0.5", "{}", ""]
    resources:
      requests: { cpu: 20m, ephemeral-storage: 1Gi }
      limits: { cpu: 40m, memory: 64Mi }
    volumeMounts: [{ name: run, mountPath: /run }]
    livenessProbe: { exec: { command: ["true"] }, periodSeconds: 7 }
  - name: agent-helper
    image: helper:1
    volumeMounts: [{ name: run, mountPath: /shared, readOnly: true }]
initContainers:
  - name: first
    image: first:1
    stdin: true
volumes:
  - { name: run, emptyDir: }
  - { name: run-2, emptyDir: {} }
annotations: { example.com/team: '{"a": ["b", null]}' }
`,
});

const templates: Readonly<Record<string, Template>> = {
  shipped: shippedTemplate,
  "the predecessor's": parseTemplate({ name: 'predecessor', text: predecessorText }),
  full: fullTemplate,
};

interface Setting {
  readonly template: Template;
  readonly mode: SidecarMode;
  /** Where the policy is in force. */
  readonly namespace: string;
  /** The label of such namespaces. */
  readonly label: string;
}

let plainNamespace: string;
let ownNamespace: string;
const installed: PolicyDocument[] = [];

beforeAll(async () => {
  plainNamespace = await makeNamespace({}, accounts);
  ownNamespace = await makeNamespace();
});

afterAll(async () => {
  await remove(...installed, ...[...namespaces, plainNamespace, ownNamespace].map(namespaceObject));
});

const namespaces: string[] = [];

function namespaceObject(name: string): object {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
}

async function install(template: Template, mode: SidecarMode): Promise<Setting> {
  const label = uniqueName('podlag-equal');
  const documents = mutatingPolicy(template, { mode, ownNamespace }) as readonly PolicyDocument[];
  const own = underOwnName(documents, label);
  installed.push(...own);
  await apply(...own);
  const namespace = await makeNamespace({ [label]: 'enabled' }, accounts);
  namespaces.push(namespace);
  await eventually(() => isInjected(namespace));
  return { template, mode, namespace, label };
}

async function isInjected(namespace: string): Promise<boolean> {
  const { pods } = await created([podWith({ metadata: { name: 'probe' } })], namespace);
  return hasStatus(pods.get('probe'));
}

/** The same pods by the policy and by the webhook's patch, and what the webhook says about each. */
async function bothWays(pods: readonly Json[], { template, mode, namespace }: Setting) {
  const byPolicy = await created(pods, namespace);
  // What the webhook is sent: the pod with the API server's defaults, and with what its own plugins add.
  const asked = await created(pods, plainNamespace);
  const judged = [...asked.pods].map(([name, pod]) => {
    const decision = judge(pod, { template, sidecarMode: mode, namespace, labels: {} });
    return { name, decision, pod: patched(pod, decision) };
  });
  const byWebhook = await created(
    judged.map(({ pod }) => pod),
    plainNamespace,
  );
  return {
    refusals: [asked.refusals, byWebhook.refusals, byPolicy.refusals].join(''),
    pods: judged.map(({ name, decision }) => ({
      name,
      reason: decision.reason,
      byWebhook: comparable(byWebhook.pods.get(name)),
      byPolicy: comparable(byPolicy.pods.get(name)),
      untouched: comparable(asked.pods.get(name)),
    })),
  };
}

const combinations = Object.entries(templates).flatMap(([name, template]) =>
  sidecarModes.map((mode) => [name, mode, template] as const),
);

describe.each(combinations)('the %s template as a %s sidecar', (_, mode, template) => {
  let setting: Setting;
  beforeAll(async () => {
    setting = await install(template, mode);
  });

  test('every pod that the webhook injects, the policy injects likewise', async () => {
    const { pods, refusals } = await bothWays(injectedPods, setting);
    expect(refusals).toBe('');
    expect(pods.length).toBe(injectedPods.length);
    for (const { name, reason, byWebhook, byPolicy, untouched } of pods) {
      expect({ name, reason }).toEqual({ name, reason: 'injected' });
      expect({ name, pod: byPolicy }).toEqual({ name, pod: byWebhook });
      expect(byPolicy).not.toEqual(untouched);
    }
  });

  test('pods that chance has made are equal too, injected or not', async () => {
    const given = generatedPods(120);
    const { pods } = await bothWays(given, setting);
    const reasons = pods.map(({ reason }) => reason);
    for (const { name, byWebhook, byPolicy } of pods) {
      expect({ name, pod: byPolicy }).toEqual({ name, pod: byWebhook });
    }
    expect(reasons.filter((reason) => reason === 'injected').length).toBeGreaterThan(50);
    expect(new Set(reasons).size).toBeGreaterThan(3);
    // Some are refused for what they are, a container's name given twice; not more than a few.
    expect(pods.filter(({ byPolicy }) => byPolicy !== undefined).length).toBeGreaterThan(100);
  });

  test('each pod that the webhook leaves alone for its own sake, the policy leaves alone', async () => {
    const { pods, refusals } = await bothWays(
      skippedPods.map(([, pod]) => pod),
      setting,
    );
    expect(refusals).toBe('');
    expect(pods.map(({ reason }) => reason)).toEqual(skippedPods.map(([reason]) => reason));
    for (const { name, byPolicy, untouched } of pods)
      expect({ name, pod: byPolicy }).toEqual({ name, pod: untouched });
  });

  test('a pod of a Job gets a native sidecar and no plain one', async () => {
    const { pods } = await bothWays([jobPod], setting);
    const [job] = pods;
    expect(job?.byPolicy).toBeDefined();
    expect(job?.byPolicy).toEqual(job?.byWebhook);
    expect(job?.reason).toBe(mode === 'plain' ? 'job-plain-sidecar' : 'injected');
  });

  test('a pod that has been injected is not injected again', async () => {
    const once = await created(injectedPods, setting.namespace);
    const given = [...once.pods.values()];
    const twice = await created(given, setting.namespace);
    expect(given.length).toBe(injectedPods.length);
    for (const pod of given)
      expect(comparable(twice.pods.get(String(pod.metadata.name)))).toEqual(comparable(pod));
  });
});

describe('where the pod is, and what it asks for', () => {
  let setting: Setting;
  beforeAll(async () => {
    setting = await install(shippedTemplate, 'native');
  });

  test.each(['baseline', 'restricted'])(
    'a namespace that enforces %s gets no sidecars until it no longer does',
    async (level) => {
      const enforce = 'pod-security.kubernetes.io/enforce';
      const namespace = await makeNamespace({ [setting.label]: 'enabled', [enforce]: level });
      namespaces.push(namespace);
      expect(judge(podWith(), { labels: { [enforce]: level } })).toMatchObject({
        kind: 'skip',
        reason: 'pod-security',
      });
      const { pods } = await created([harmlessPod], namespace);
      expect(pods.get('probe')).toBeDefined();
      expect(hasStatus(pods.get('probe'))).toBe(false);
      await kubectl(['label', 'namespace', namespace, `${enforce}-`]);
      await eventually(() => isInjected(namespace));
    },
  );

  test('a sidecar that a later policy takes away is put back', async () => {
    const name = `${setting.label}-takes-away`;
    const apiVersion = 'admissionregistration.k8s.io/v1';
    const policy: PolicyDocument = {
      ...{ apiVersion, kind: 'MutatingAdmissionPolicy' },
      metadata: { name },
      spec: {
        failurePolicy: 'Fail',
        reinvocationPolicy: 'Never',
        matchConstraints: {
          resourceRules: [
            { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] },
          ],
        },
        mutations: [
          {
            patchType: 'JSONPatch',
            jsonPatch: {
              expression: `has(object.spec.initContainers) ? [
                JSONPatch{op: "remove", path: "/spec/initContainers"},
                JSONPatch{op: "add", path: "/metadata/labels", value: {"taken": "away"}}] : []`,
            },
          },
        ],
      },
    };
    const binding: PolicyDocument = {
      ...{ apiVersion, kind: 'MutatingAdmissionPolicyBinding' },
      metadata: { name },
      spec: {
        policyName: name,
        matchResources: { namespaceSelector: { matchLabels: { [name]: 'enabled' } } },
      },
    };
    installed.push(binding, policy);
    await apply(policy, binding);
    const namespace = await makeNamespace({ [setting.label]: 'enabled', [name]: 'enabled' });
    namespaces.push(namespace);
    // The API server calls policies in an order that it draws anew only when one of them changes: each try changes one,
    // until the other policy comes after podlag's.
    let tries = 0;
    const taken = await eventually(async () => {
      tries += 1;
      await kubectl(['annotate', '--overwrite', 'mutatingadmissionpolicy', name, `example.com/try=${tries}`]);
      const { pods } = await created([podWith({ metadata: { name: 'probe' } })], namespace);
      const pod = pods.get('probe');
      return pod?.metadata.labels === undefined ? undefined : pod;
    }, 60_000);
    expect(taken.spec.initContainers).toHaveLength(1);
    // What else was added the first time is still there; the names of the volumes show that it was done twice.
    expect(taken.spec.initContainers[0]?.volumeMounts).toContainEqual({
      name: 'podlag-run-2',
      mountPath: '/run/podlag',
    });
  });

  test('nothing is injected into namespaces of the system or of podlag, whatever their labels say', async () => {
    const names = ['kube-system', 'kube-public', 'kube-node-lease', ownNamespace];
    try {
      for (const name of names) {
        expect(judge(podWith(), { namespace: name, ownNamespace })).toMatchObject({
          reason: 'system-namespace',
        });
        await kubectl(['label', 'namespace', name, `${setting.label}=enabled`]);
        const { pods } = await created([podWith({ metadata: { name: 'probe' } })], name);
        expect(pods.get('probe')).toBeDefined();
        expect(hasStatus(pods.get('probe'))).toBe(false);
      }
    } finally {
      for (const name of names) await kubectl(['label', 'namespace', name, `${setting.label}-`]);
    }
  });

  test('a latency reaches the agent in the same words, however it was written', async () => {
    const asked = latencies.map((text, index) =>
      podWith({ metadata: { name: `latency-${index}`, annotations: { 'podlag.io/latency': text } } }),
    );
    const { pods } = await created(asked, setting.namespace);
    const heard = asked.map((_, index) => [latencies[index], latencyOf(pods.get(`latency-${index}`))]);
    expect(heard).toEqual(latencies.map((text) => [text, Duration.parse(text).toString()]));
  });

  test.each([
    ['podlag.io/latency', 'soon'],
    ['podlag.io/latency', ''],
    ['podlag.io/latency', '-20ms'],
    ['podlag.io/latency', '1s1m'],
    ['podlag.io/latency', '20ms '],
    ['podlag.io/latency', '721h'],
    ['podlag.io/latency', '0.5ns'],
    ['podlag.io/latency', '9999999999999999999h'],
    ['podlag.io/interface', '..'],
    ['podlag.io/interface', 'a-name-far-too-long'],
    ['podlag.io/interface', 'eth0\n'],
    ['podlag.io/resources', 'cpu=0'],
    ['podlag.io/resources', 'memory=0.0Mi'],
    ['podlag.io/resources', 'cpu=50m,cpu=60m'],
    ['podlag.io/resources', 'gpu=1'],
    ['podlag.io/resources', 'cpu=50m,'],
    ['podlag.io/exempt-probes', 'no'],
    ['podlag.io/exempt-probes', ''],
    ['podlag.io/inject', 'yes'],
    ['podlag.io/inject', ''],
    ['podlag.io/letency', '20ms'],
  ])('%s: %j is ignored by both, with a warning of each in its own words', async (annotation, value) => {
    const { pods } = await bothWays(
      [podWith({ metadata: { name: 'asks', annotations: { [annotation]: value } } })],
      setting,
    );
    const [webhook, policy] = [pods[0]?.byWebhook as PodJson, pods[0]?.byPolicy as PodJson];
    expect(policy.spec).toEqual(webhook.spec);
    expect({ ...statusOf(policy), warnings: [] }).toEqual({ ...statusOf(webhook), warnings: [] });
    expect(statusOf(webhook).warnings).toHaveLength(1);
    expect(statusOf(policy).warnings).toEqual([expect.stringContaining('ignored')]);
  });

  test.each(['20.0000000ms', '20.0ns', '1.0000000000s'])(
    'a latency with zeros beyond a nanosecond, %s, is one that the policy alone does not understand',
    async (text) => {
      const { pods } = await bothWays(
        [podWith({ metadata: { name: 'asks', annotations: { 'podlag.io/latency': text } } })],
        setting,
      );
      const [webhook, policy] = [pods[0]?.byWebhook as PodJson, pods[0]?.byPolicy as PodJson];
      expect([latencyOf(webhook), latencyOf(policy)]).toEqual([Duration.parse(text).toString(), undefined]);
      expect(statusOf(policy).warnings).toHaveLength(1);
    },
  );

  test('several that are not understood have a warning each', async () => {
    const annotations = {
      'podlag.io/latency': 'x',
      'podlag.io/interface': '',
      'podlag.io/more': '1',
      'podlag.io/resources': 'x',
    };
    const { pods } = await created([podWith({ metadata: { name: 'asks', annotations } })], setting.namespace);
    expect(statusOf(pods.get('asks')!).warnings).toEqual([
      'ignored podlag.io/interface: not understood; write for example "eth0"',
      'ignored podlag.io/latency: not understood; write for example "20ms"',
      'ignored podlag.io/resources: not understood; write for example "cpu=50m,memory=64Mi"',
      'ignored an unknown annotation under podlag.io/',
    ]);
  });

  test('a pod that has a volume of every name there is to choose stays without a sidecar', async () => {
    const names = ['podlag-run', ...Array.from({ length: 8 }, (_, index) => `podlag-run-${index + 2}`)];
    const withVolumes = (name: string, some: readonly string[]): Json =>
      podWith({
        metadata: { name },
        spec: {
          containers: [{ name: 'c', image: 'i' }],
          volumes: some.map((each) => ({ name: each, emptyDir: {} })),
        },
      });
    const { pods } = await created(
      [withVolumes('all', names), withVolumes('all-but-one', names.slice(1))],
      setting.namespace,
    );
    expect(pods.get('all')?.spec.initContainers).toBeUndefined();
    expect(pods.get('all-but-one')?.spec.initContainers).toHaveLength(1);
  });
});

/** One that every Pod Security level allows. */
const harmlessPod = podWith({
  metadata: { name: 'probe' },
  spec: {
    securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [
      {
        name: 'app',
        image: 'app',
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
      },
    ],
  },
});

function latencyOf(pod: PodJson | undefined): string | undefined {
  const env = pod?.spec.initContainers[0]?.env as { name: string; value: string }[] | undefined;
  return env?.find(({ name }) => name === 'PODLAG_INITIAL_LATENCY')?.value;
}

function hasStatus(pod: PodJson | undefined): boolean {
  const { annotations }: Partial<PodJson['metadata']> = pod?.metadata ?? {};
  return annotations?.['podlag.io/status'] !== undefined;
}

function statusOf({ metadata }: PodJson): Json {
  return JSON.parse(metadata.annotations['podlag.io/status'] ?? '') as Json;
}
