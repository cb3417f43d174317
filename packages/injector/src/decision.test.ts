import { everyFieldPod } from '../test/every-field-pod';
import {
  inject,
  judge,
  podWith,
  type Circumstances,
  type Json,
  type NamedJson,
  type PodJson,
} from '../test/judge';
import { predecessorText, shippedTemplate } from '../test/templates';
import { tikvPod } from '../test/tikv-pod';
import { parseTemplate } from './template';

const annotated = (annotations: Record<string, string>): Json => podWith({ metadata: { annotations } });
const enforcing = (level: string): Circumstances => ({
  labels: { 'sidecar-injection': 'enabled', 'pod-security.kubernetes.io/enforce': level },
});
const ofAJob = podWith({ metadata: { ownerReferences: [{ kind: 'Job', name: 'backup' }] } });
const listening = (port: Json): Json => podWith({ spec: { containers: [{ name: 'app', ports: [port] }] } });

test('the label of a namespace counts for more than what its cluster enforces without one', () => {
  expect(judge(podWith(), { ...enforcing('privileged'), podSecurityDefault: 'restricted' }).kind).toBe(
    'inject',
  );
});

describe('what is left as it is', () => {
  test.each<[string, Json, string, Circumstances]>([
    [
      'a pod on the host network is never touched',
      podWith({ spec: { hostNetwork: true } }),
      'host-network',
      {},
    ],
    [
      'a pod on the host network is not touched though it asks for it',
      podWith({ metadata: { annotations: { 'podlag.io/inject': 'true' } }, spec: { hostNetwork: true } }),
      'host-network',
      {},
    ],
    [
      'a static pod belongs to its node',
      annotated({ 'kubernetes.io/config.mirror': 'hash' }),
      'mirror-pod',
      {},
    ],
    ['a Windows pod by its os', podWith({ spec: { os: { name: 'windows' } } }), 'windows', {}],
    [
      'a Windows pod by its node selector',
      podWith({ spec: { nodeSelector: { 'kubernetes.io/os': 'windows' } } }),
      'windows',
      {},
    ],
    ['a pod of kube-system', podWith(), 'system-namespace', { namespace: 'kube-system' }],
    ['a pod of kube-public', podWith(), 'system-namespace', { namespace: 'kube-public' }],
    ['a pod of kube-node-lease', podWith(), 'system-namespace', { namespace: 'kube-node-lease' }],
    ['a pod of the injector itself', podWith(), 'system-namespace', { namespace: 'podlag-system' }],
    ['a pod that says no', annotated({ 'podlag.io/inject': 'false' }), 'opted-out', {}],
    [
      'a pod that has the sidecar as a container',
      podWith({ spec: { containers: [{ name: 'pd' }, { name: 'podlag-agent' }] } }),
      'already-injected',
      {},
    ],
    [
      'a pod that has the sidecar as an init container',
      podWith({ spec: { initContainers: [{ name: 'podlag-agent', restartPolicy: 'Always' }] } }),
      'already-injected',
      {},
    ],
    ['a Job would never complete with a plain sidecar', ofAJob, 'job-plain-sidecar', {}],
    ['a pod that uses port 2332', listening({ containerPort: 2332 }), 'port-clash', {}],
    [
      'an init container that uses port 2332',
      podWith({
        spec: { initContainers: [{ name: 'i', ports: [{ containerPort: 2332, protocol: 'TCP' }] }] },
      }),
      'port-clash',
      {},
    ],
    ['a namespace that enforces baseline', podWith(), 'pod-security', enforcing('baseline')],
    ['a namespace that enforces restricted', podWith(), 'pod-security', enforcing('restricted')],
    [
      'a namespace without a label, in a cluster that enforces baseline',
      podWith(),
      'pod-security',
      { labels: {}, podSecurityDefault: 'baseline' },
    ],
  ])('%s', (_, pod, reason, circumstances) => {
    const decision = judge(pod, circumstances);
    expect(decision).toMatchObject({ kind: 'skip', reason });
    expect(decision.warnings[0]).toContain(`podlag: no sidecar (${reason})`);
    expect(inject(pod, circumstances)).toBe(pod);
  });
});

describe('what gets a sidecar', () => {
  test.each<[string, Json, Circumstances]>([
    ['a plain pod', podWith(), {}],
    ['a pod of whose namespace no label is known', podWith(), {}],
    ['a pod in a privileged namespace', podWith(), enforcing('privileged')],
    ['a Linux pod that says so', podWith({ spec: { os: { name: 'linux' } } }), {}],
    ['a pod of a Job, as a native sidecar', ofAJob, { sidecarMode: 'native' }],
    ['a pod that uses UDP port 2332', listening({ containerPort: 2332, protocol: 'UDP' }), {}],
    ['a pod that asks for it', annotated({ 'podlag.io/inject': 'true' }), {}],
    [
      'a pod with the status annotation of another, copied with its YAML',
      annotated({ 'podlag.io/status': '{"containers":["podlag-agent"]}' }),
      {},
    ],
    ['a pod on no host network', podWith({ spec: { hostNetwork: false } }), {}],
    [
      'a pod with the nulls that Go writes',
      podWith({
        metadata: { annotations: null },
        spec: { volumes: null, initContainers: null, containers: [{ name: 'a', ports: null }] },
      }),
      {},
    ],
    ['a TiKV pod', tikvPod(), {}],
  ])('%s', (_, pod, circumstances) => {
    expect(judge(pod, circumstances)).toMatchObject({ kind: 'inject', reason: 'injected' });
    const { initContainers, containers } = inject(pod, circumstances).spec;
    const names = [...namesOf(initContainers), ...namesOf(containers)];
    expect(names.filter((name) => name === 'podlag-agent')).toHaveLength(1);
  });
});

describe('a namespace whose PodSecurity level forbids NET_ADMIN', () => {
  test('the warning is the command that changes it', () => {
    expect(judge(podWith(), enforcing('baseline')).warnings).toEqual([
      'podlag: no sidecar (pod-security): the namespace enforces baseline, which forbids NET_ADMIN',
      'podlag: kubectl label --overwrite ns tidb-cluster pod-security.kubernetes.io/enforce=privileged',
    ]);
  });

  test('the command is not cut off by a long name', () => {
    const warnings = judge(podWith(), { ...enforcing('baseline'), namespace: 'n'.repeat(63) }).warnings;
    expect(warnings[1]).toMatch(/enforce=privileged$/);
  });

  test('may be injected all the same, with a warning', () => {
    const decision = judge(podWith(), { ...enforcing('restricted'), onPodSecurity: 'inject' });
    expect(decision).toMatchObject({ kind: 'inject', reason: 'injected' });
    expect(decision.warnings).toContainEqual(expect.stringContaining('may be refused'));
  });

  test('may be refused, so that nobody misses the sidecar unknowingly', () => {
    const decision = judge(podWith(), { ...enforcing('restricted'), onPodSecurity: 'deny' });
    expect(decision).toMatchObject({ kind: 'deny', reason: 'pod-security' });
  });

  test('refuses no pod that would be skipped for another reason', () => {
    const pod = annotated({ 'podlag.io/inject': 'false' });
    expect(judge(pod, { ...enforcing('restricted'), onPodSecurity: 'deny' })).toMatchObject({
      reason: 'opted-out',
    });
  });
});

describe('where things are put', () => {
  test('a plain sidecar comes last, so that kubectl logs and exec mean the application', () => {
    const { spec } = inject(tikvPod());
    expect(namesOf(spec.containers)).toEqual(['raftlog', 'rocksdblog', 'tikv', 'podlag-agent']);
    expect(namesOf(spec.initContainers)).toEqual(['init']);
  });

  test('a native sidecar comes first, so that faults hold for the init containers of the application', () => {
    const { spec } = inject(tikvPod(), { sidecarMode: 'native' });
    expect(namesOf(spec.initContainers)).toEqual(['podlag-agent', 'init']);
    expect(spec.initContainers).toMatchObject([{ restartPolicy: 'Always' }, {}]);
    expect(namesOf(spec.containers)).toEqual(['raftlog', 'rocksdblog', 'tikv']);
  });

  test('init containers and companions of a template keep their order', () => {
    const template = parseTemplate({
      name: 't',
      text: `
containers: [{name: agent, image: i}, {name: companion, image: i}]
initContainers: [{name: first, image: i}, {name: second, image: i}]
`,
    });
    const pod = podWith({ spec: { initContainers: [{ name: 'own' }], containers: [{ name: 'app' }] } });
    const plain = inject(pod, { template }).spec;
    expect(namesOf(plain.initContainers)).toEqual(['first', 'second', 'own']);
    expect(namesOf(plain.containers)).toEqual(['app', 'agent', 'companion']);
    const native = inject(pod, { template, sidecarMode: 'native' }).spec;
    expect(namesOf(native.initContainers)).toEqual(['first', 'second', 'agent', 'companion', 'own']);
    expect(namesOf(native.containers)).toEqual(['app']);
  });

  test("a template's annotations never override the pod's own", () => {
    const text = 'containers: [{name: agent, image: i}]\nannotations: {a: ours, b: ours}\n';
    const template = parseTemplate({ name: 't', text });
    const pod = podWith({ metadata: { annotations: { a: 'own' } } });
    expect(inject(pod, { template }).metadata).toMatchObject({ annotations: { a: 'own', b: 'ours' } });
    const bare = podWith({ metadata: { annotations: null } });
    expect(inject(bare, { template }).metadata).toMatchObject({ annotations: { a: 'ours', b: 'ours' } });
  });

  test('a volume of the pod that has the name of ours stays, and ours gets another', () => {
    const pod = podWith({ spec: { volumes: [{ name: 'podlag-run', hostPath: { path: '/' } }] } });
    const { spec } = inject(pod);
    expect(namesOf(spec.volumes)).toEqual(['podlag-run', 'podlag-run-2', 'podlag-no-token']);
    expect(spec.containers[1]?.volumeMounts).toContainEqual({
      name: 'podlag-run-2',
      mountPath: '/run/podlag',
    });
    expect(statusOf(inject(pod)).volumes).toEqual(['podlag-run-2', 'podlag-no-token']);
  });
});

describe('the status annotation', () => {
  test('says in compact JSON what was added', () => {
    expect(inject(podWith()).metadata.annotations['podlag.io/status']).toBe(
      '{"version":"0.1.0","mode":"plain","containers":["podlag-agent"],"volumes":["podlag-run","podlag-no-token"]}',
    );
  });

  test('keeps the warnings for who looks later', () => {
    const pod = annotated({ 'podlag.io/latency': 'soon' });
    expect(statusOf(inject(pod)).warnings).toEqual([expect.stringContaining('podlag.io/latency')]);
  });
});

test('a pod with resources of its own is not made to ask for more than it has', () => {
  const pod = podWith({ spec: { resources: { requests: { cpu: '1' } } } });
  expect(inject(pod).spec.containers[1]?.resources).toEqual({});
});

test("the predecessor's template works unchanged", () => {
  const template = parseTemplate({ name: 'sidecarconfig.yaml', text: predecessorText });
  const { spec } = inject(podWith(), { template });
  expect(spec.containers[1]).toEqual({
    name: 'network-delay-sidecar',
    image: '127.0.0.1:5080/network-delay-exec:v1',
    imagePullPolicy: 'Always',
    env: [
      { name: 'PODLAG_NODE_ADDRESSES', valueFrom: { fieldRef: { fieldPath: 'status.hostIP' } } },
      { name: 'PODLAG_PROBE_PORTS', value: '' },
      { name: 'PODLAG_POD_NAMESPACE', valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } } },
      { name: 'PODLAG_POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
    ],
    ports: [{ name: 'sidecar-server', containerPort: 2332 }],
    securityContext: {
      runAsUser: 0,
      runAsGroup: 0,
      runAsNonRoot: false,
      privileged: false,
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      seccompProfile: { type: 'RuntimeDefault' },
      capabilities: { drop: ['ALL'], add: ['NET_ADMIN'] },
    },
    resources: { requests: { cpu: '10m', memory: '32Mi' }, limits: { memory: '192Mi' } },
    terminationMessagePolicy: 'FallbackToLogsOnError',
    volumeMounts: [
      { name: 'podlag-no-token', mountPath: '/var/run/secrets/kubernetes.io/serviceaccount', readOnly: true },
    ],
  });
  expect(spec.volumes).toEqual([{ name: 'podlag-no-token', emptyDir: {} }]);
  expect(judge(inject(podWith(), { template }), { template })).toMatchObject({ reason: 'already-injected' });
});

describe('settings of one pod', () => {
  const agentOf = (annotations: Record<string, string>): Json =>
    inject(annotated(annotations)).spec.containers[1] as Json;

  test('the latency is in force from the first packet, re-printed and not passed through', () => {
    expect(agentOf({ 'podlag.io/latency': '0.020s' }).env).toContainEqual({
      name: 'PODLAG_INITIAL_LATENCY',
      value: '20ms',
    });
  });

  test('the interface is handed to the agent', () => {
    expect(agentOf({ 'podlag.io/interface': 'net1' }).env).toContainEqual({
      name: 'PODLAG_DEVICE',
      value: 'net1',
    });
  });

  test('the resources are requested, and limits are raised where they would be lower', () => {
    expect(agentOf({ 'podlag.io/resources': 'cpu=50m,memory=1Gi' }).resources).toEqual({
      requests: { cpu: '50m', memory: '1Gi' },
      limits: { memory: '1Gi' },
    });
  });

  test('a bad value is left out, and the pod is injected all the same', () => {
    const pod = annotated({ 'podlag.io/latency': '20ms; reboot' });
    expect(judge(pod)).toMatchObject({ kind: 'inject' });
    expect(judge(pod).warnings).toContainEqual(
      'podlag: ignored podlag.io/latency: "20ms; reboot"; write for example "20ms"',
    );
    expect(JSON.stringify(inject(pod).spec)).not.toContain('reboot');
  });
});

test('every-field pods are injected, so that what they keep can be looked at', () => {
  expect(judge(everyFieldPod())).toMatchObject({ kind: 'inject' });
  expect(shippedTemplate.ports).toEqual([2332]);
});

function namesOf(list: readonly NamedJson[] | null | undefined): string[] {
  return (list ?? []).map(({ name }) => name);
}

function statusOf(pod: PodJson): Json {
  return JSON.parse(String(pod.metadata.annotations['podlag.io/status'])) as Json;
}
