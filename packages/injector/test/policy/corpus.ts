import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { loadAll } from 'js-yaml';
import type { SkipReason } from '../../src/skip-rules';
import { everyFieldPod } from '../every-field-pod';
import { podWith, type Json } from '../judge';
import { tikvPod } from '../tikv-pod';

/** The service accounts that pods of the corpus run as. */
export const accounts = ['basic-tikv', 'app'];

interface Workload {
  readonly kind: string;
  readonly apiVersion: string;
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly replicas: number;
    readonly template: { readonly metadata: Json; readonly spec: Json };
  };
}

/** The pods that the controllers make out of the example's workloads. */
export function tidbClusterPods(): readonly Json[] {
  const file = join(__dirname, '../../../../deploy/examples/tidb-cluster.yaml');
  const workloads = (loadAll(readFileSync(file, 'utf8')) as Workload[]).filter(({ kind }) =>
    ['Deployment', 'StatefulSet'].includes(kind),
  );
  return workloads.flatMap(({ kind, apiVersion, metadata: { name }, spec: { replicas, template } }) =>
    Array.from({ length: replicas }, (_, index) => ({
      metadata: {
        ...template.metadata,
        name: `${name}-${index}`,
        ownerReferences: [{ apiVersion, kind, name, uid: `${name}-uid`, controller: true }],
      },
      spec: template.spec,
    })),
  );
}

/** `tikvPod` as an API server takes it: the example has another pod of that name, and a cluster may allow no privileges. */
function acceptableTikvPod(): Json {
  const { metadata, spec } = tikvPod() as Record<'metadata' | 'spec', Json>;
  const json = JSON.stringify(spec)
    .replaceAll('"privileged":true', '"privileged":false')
    .replace(',"storage":"2Ti"', '');
  return { metadata: { ...metadata, name: 'tikv-as-stored' }, spec: JSON.parse(json) as Json };
}

/** What `everyFieldPod` has that contradicts the rest of it, or names what is in no cluster. */
const unacceptable = [
  'ephemeralContainers',
  'priorityClassName',
  'priority',
  'preemptionPolicy',
  'runtimeClassName',
  'overhead',
  'nodeName',
  'windowsOptions',
  'volumeDevices',
  'mismatchLabelKeys',
  'matchLabelKeys',
  'seLinuxChangePolicy',
  'restartPolicyRules',
];

/** `everyFieldPod` less what no API server would take together. */
function everyAcceptableFieldPod(): Json {
  const given = JSON.parse(JSON.stringify(everyFieldPod())) as { metadata: Json; spec: Json };
  const { requests, limits } = given.spec.resources as Json;
  const spec = JSON.parse(
    JSON.stringify({ ...given.spec, resources: { requests, limits }, volumes: acceptableVolumes }),
    (field, value: unknown) => {
      if (unacceptable.includes(field)) return undefined;
      if (field === 'readinessProbe') return { ...(value as Json), terminationGracePeriodSeconds: undefined };
      return value;
    },
  ) as Json;
  const annotations = { 'example.com/a.b_c': '{"json": ["inside", "\\u00fc", "\\n"]}', empty: '' };
  return {
    ...given,
    metadata: { ...given.metadata, name: 'every-field', labels: { app: 'every' }, annotations },
    spec,
  };
}

const acceptableVolumes = [
  { name: 'v0', emptyDir: {} },
  { name: 'v1', configMap: { name: 'c', items: [{ key: 'k', path: 'p' }] } },
  { name: 'v2', secret: { secretName: 's', optional: true } },
  { name: 'v3', downwardAPI: { items: [{ path: 'a', fieldRef: { fieldPath: 'metadata.annotations' } }] } },
  { name: 'v4', csi: { driver: 'd.example.com', volumeAttributes: { a: 'b' } } },
  { name: 'v5', persistentVolumeClaim: { claimName: 'data' } },
];

const pod = (name: string, fields: { metadata?: Json; spec?: Json } = {}): Json =>
  podWith({ ...fields, metadata: { name, ...fields.metadata } });

const annotated = (name: string, annotations: Readonly<Record<string, string>>): Json =>
  pod(name, { metadata: { annotations } });

const volumes = (...names: readonly string[]): Json => ({
  volumes: names.map((name) => ({ name, emptyDir: {} })),
});

const container = { name: 'app', image: 'app' };

/** Pods that get a sidecar. */
export const injectedPods: readonly Json[] = [
  ...tidbClusterPods(),
  acceptableTikvPod(),
  pod('nothing-but-a-container'),
  pod('empty-lists', {
    metadata: { annotations: {} },
    spec: { initContainers: [], volumes: [], containers: [container] },
  }),
  pod('init-containers', {
    spec: {
      initContainers: [
        { name: 'one', image: 'i' },
        { name: 'two', image: 'i', restartPolicy: 'Always' },
      ],
      containers: [container],
    },
  }),
  annotated('annotations', { 'example.com/a': 'b', plain: '{"json": "\\n"}' }),
  annotated('status-of-another-pod', { 'podlag.io/status': '{"copied": true}' }),
  annotated('inject-true', { 'podlag.io/inject': 'true' }),
  annotated('interface', { 'podlag.io/interface': 'net1.100' }),
  annotated('interface-and-latency', { 'podlag.io/interface': 'eth1', 'podlag.io/latency': '20ms' }),
  annotated('no-probes-exempt', { 'podlag.io/exempt-probes': 'false' }),
  annotated('probes-exempt', { 'podlag.io/exempt-probes': 'true', 'podlag.io/latency': '1ms' }),
  annotated('no-probes-exempt-and-latency', {
    'podlag.io/exempt-probes': 'false',
    'podlag.io/latency': '20ms',
  }),
  annotated('cpu', { 'podlag.io/resources': 'cpu=50m' }),
  annotated('memory-above-the-limit', { 'podlag.io/resources': 'memory=1Gi,cpu=0.25' }),
  annotated('everything-asked-for', {
    'podlag.io/exempt-probes': 'false',
    'podlag.io/interface': 'eth1',
    'podlag.io/latency': '1m30s',
    'podlag.io/resources': 'cpu=1,memory=64Mi',
  }),
  annotated('annotation-of-the-template', { 'example.com/team': 'its own' }),
  pod('volume-of-that-name', { spec: { ...volumes('podlag-run'), containers: [container] } }),
  pod('volume-whose-next-name-is-taken', { spec: { ...volumes('run'), containers: [container] } }),
  pod('volumes-of-those-names', {
    spec: { ...volumes('podlag-no-token', 'podlag-run-2', 'podlag-run', 'cache'), containers: [container] },
  }),
  pod('resources-of-its-own', {
    metadata: { annotations: { 'podlag.io/resources': 'cpu=50m', 'podlag.io/latency': '1ms' } },
    spec: { resources: { requests: { cpu: '1', memory: '1Gi' } }, containers: [container] },
  }),
  pod('same-port-over-udp', {
    spec: { containers: [{ ...container, ports: [{ containerPort: 2332, protocol: 'UDP' }] }] },
  }),
  pod('probes', {
    spec: {
      initContainers: [
        { ...container, name: 'native', restartPolicy: 'Always', startupProbe: { grpc: { port: 50 } } },
        { ...container, name: 'ends' },
      ],
      containers: [
        {
          ...container,
          ports: [
            { name: 'web', containerPort: 8080 },
            { name: 'metrics', containerPort: 9100 },
          ],
          readinessProbe: { httpGet: { port: 'web', path: '/' } },
          livenessProbe: { tcpSocket: { port: 8080 } },
          startupProbe: { httpGet: { port: 999, host: '10.0.0.1' } },
        },
        { ...container, name: 'other', readinessProbe: { tcpSocket: { port: 999 } } },
        { ...container, name: 'unnamed', readinessProbe: { tcpSocket: { port: 'metrics' } } },
        { ...container, name: 'command', livenessProbe: { exec: { command: ['true'] } } },
      ],
    },
  }),
  pod('linux', {
    spec: { os: { name: 'linux' }, nodeSelector: { 'kubernetes.io/os': 'linux' }, containers: [container] },
  }),
  pod('root-is-forbidden', {
    spec: { securityContext: { runAsNonRoot: true, runAsUser: 1000, fsGroup: 1 }, containers: [container] },
  }),
  pod('without-a-token', { spec: { automountServiceAccountToken: false, containers: [container] } }),
  everyAcceptableFieldPod(),
];

const latenciesInWords =
  '0 0ms 0.0s 20 20ms 0020ms 20.50ms 0.5 0.5ms 0.25us 999ns 1000ns 1us 999.999us 1000us 1.000001ms 999.999999ms ' +
  '1000ms 1s 1.5s 59.999999999s 60s 90s 1m30s 1m 60m 61m 1h 1h1m1s1ms1us1ns 1h1ns 2h0.000000001s 0.1h ' +
  '0.000000001h 12.345678901s 719h59m59.999999999s 720h 43200m 2592000s 2592000000ms 2592000000000000ns';

const anyLatency = fc
  .tuple(
    fc.option(fc.integer({ min: 0, max: 718 })),
    fc.option(fc.integer({ min: 0, max: 59 })),
    fc.option(fc.tuple(fc.integer({ min: 0, max: 59 }), fc.integer({ min: 0, max: 999_999_999 }))),
    fc.option(fc.integer({ min: 0, max: 999 })),
  )
  .filter((terms) => terms.some((term) => term !== null))
  .map(([hours, minutes, seconds, milliseconds]) =>
    [
      hours === null ? '' : `${hours}h`,
      minutes === null ? '' : `${minutes}m`,
      seconds === null ? '' : `${seconds[0]}.${String(seconds[1]).padStart(9, '0')}s`,
      milliseconds === null ? '' : `${milliseconds}ms`,
    ].join(''),
  );

/** Latencies in every way to write them. */
export const latencies: readonly string[] = [
  ...latenciesInWords.split(' '),
  ...fc.sample(anyLatency, { numRuns: 150, seed: 2332 }),
];

/** Pods that are left alone, with the reason. */
export const skippedPods: readonly (readonly [SkipReason, Json])[] = [
  [
    'mirror-pod',
    pod('mirror', {
      metadata: { annotations: { 'kubernetes.io/config.mirror': 'x' } },
      spec: { nodeName: 'node-1', containers: [container] },
    }),
  ],
  ['host-network', pod('host-network', { spec: { hostNetwork: true, containers: [container] } })],
  ['windows', pod('windows', { spec: { os: { name: 'windows' }, containers: [container] } })],
  [
    'windows',
    pod('windows-by-node', {
      spec: { nodeSelector: { 'kubernetes.io/os': 'windows' }, containers: [container] },
    }),
  ],
  ['opted-out', annotated('opted-out', { 'podlag.io/inject': 'false', 'podlag.io/latency': '20ms' })],
  [
    'port-clash',
    pod('port-clash', { spec: { containers: [{ ...container, ports: [{ containerPort: 2332 }] }] } }),
  ],
  [
    'port-clash',
    pod('port-clash-of-an-init-container', {
      spec: {
        initContainers: [{ ...container, name: 'before', ports: [{ containerPort: 2332, protocol: 'TCP' }] }],
        containers: [container],
      },
    }),
  ],
];

/** A pod of a Job, which a plain sidecar would keep from completing. */
export const jobPod: Json = pod('job', {
  metadata: {
    ownerReferences: [{ apiVersion: 'batch/v1', kind: 'Job', name: 'j', uid: 'u', controller: true }],
  },
  spec: { restartPolicy: 'Never', containers: [container] },
});

const label = fc.stringMatching(/^[a-z][a-z0-9]{0,6}$/);
const quantity = fc.constantFrom('1m', '50m', '0.5', '1', '64Mi', '0.25Gi', '1G', '100M');

const port = fc.record(
  {
    containerPort: fc.oneof(
      { weight: 15, arbitrary: fc.integer({ min: 1, max: 65_535 }) },
      { weight: 1, arbitrary: fc.constant(2332) },
    ),
    protocol: fc.constantFrom('TCP', 'UDP', 'SCTP'),
  },
  { requiredKeys: ['containerPort'] },
);

const anyProbe = fc.oneof(
  fc.integer({ min: 1, max: 65_535 }).map((number): Json => ({ grpc: { port: number } })),
  fc
    .tuple(
      fc.constantFrom('httpGet', 'tcpSocket'),
      fc.oneof(fc.integer({ min: 1, max: 99 }), fc.constantFrom('p0', 'p1', 'p2')),
      fc.constantFrom(undefined, '', '10.0.0.1'),
    )
    .map(([kind, reference, host]): Json => ({ [kind]: { port: reference, host } })),
);

const anyContainer = fc.record(
  {
    name: fc.oneof({ weight: 30, arbitrary: label }, { weight: 1, arbitrary: fc.constant('podlag-agent') }),
    image: fc.constant('image'),
    ports: fc
      .uniqueArray(port, { maxLength: 2, selector: ({ containerPort }) => containerPort })
      .map((ports) => ports.map((each, index) => ({ ...each, name: `p${index}` }))),
    readinessProbe: anyProbe,
    livenessProbe: anyProbe,
    env: fc.array(fc.record({ name: fc.constantFrom('A', 'B', 'PODLAG_DEVICE'), value: fc.string() }), {
      maxLength: 2,
    }),
    securityContext: fc.constantFrom({}, { readOnlyRootFilesystem: true }, { runAsUser: 7 }),
  },
  { requiredKeys: ['name', 'image'] },
);

const duration = fc
  .tuple(
    fc.integer({ min: 0, max: 999_999 }),
    fc.constantFrom('', 'ns', 'us', 'ms', 's'),
    fc.constantFrom('', '.5', '.25', '.125'),
  )
  .map(([whole, unit, fraction]) => `${whole}${unit === 'ns' ? '' : fraction}${unit}`);

const anyAnnotations = fc.record(
  {
    'podlag.io/latency': duration,
    'podlag.io/interface': fc.stringMatching(/^[a-z][a-z0-9._-]{0,14}$/),
    'podlag.io/resources': fc.oneof(
      fc.tuple(quantity, quantity).map(([cpu, memory]) => `memory=${memory},cpu=${cpu}`),
      quantity.map((memory) => `memory=${memory}`),
    ),
    'podlag.io/exempt-probes': fc.constantFrom('true', 'false'),
    'podlag.io/inject': fc.constantFrom('true', 'true', 'true', 'true', 'false'),
    'podlag.io/status': fc.string(),
    'example.com/any': fc.string({ unit: 'grapheme' }),
    'example.com/team': fc.string(),
  },
  { requiredKeys: [] },
);

const anySpec = fc.record(
  {
    containers: fc.array(anyContainer, { minLength: 1, maxLength: 3 }),
    initContainers: fc.array(anyContainer, { maxLength: 2 }),
    volumes: fc
      .uniqueArray(
        fc.oneof(
          label,
          fc.constantFrom(
            'podlag-run',
            'podlag-run-2',
            'podlag-no-token',
            'podlag-no-token-2',
            'run',
            'run-2',
          ),
        ),
        { maxLength: 4 },
      )
      .map((names) => names.map((name): Json => ({ name, emptyDir: {} }))),
    hostNetwork: fc.constantFrom(true, ...Array.from({ length: 12 }, () => false)),
    resources: fc.constant({ requests: { cpu: '8', memory: '32Gi' } }),
    nodeSelector: fc.constantFrom({}, { disk: 'ssd' }, {}, {}, {}, {}, {}, { 'kubernetes.io/os': 'windows' }),
    securityContext: fc.constantFrom({}, { runAsUser: 5 }),
  },
  { requiredKeys: ['containers'] },
);

/** The API server refuses probes of an init container that ends. */
function onlyNativeSidecarsProbed<T extends object>(container: T): T {
  return 'readinessProbe' in container || 'livenessProbe' in container
    ? { ...container, restartPolicy: 'Always' }
    : container;
}

/** Pods that an API server takes, the same each time. */
export function generatedPods(count: number): readonly Json[] {
  const named = fc.record({ annotations: anyAnnotations, spec: anySpec });
  return fc.sample(named, { numRuns: count, seed: 2332 }).map(({ annotations, spec }, index) => {
    const distinct = <T extends { name: string }>(
      items: readonly T[] | undefined,
      prefix: string,
    ): T[] | undefined =>
      items?.map((item, each) =>
        item.name === 'podlag-agent' ? item : { ...item, name: `${prefix}${each}-${item.name}` },
      );
    const containers = distinct(spec.containers, 'c');
    const taken = containers?.some(({ name }) => name === 'podlag-agent');
    const initContainers = distinct(taken ? [] : spec.initContainers, 'i')?.map(onlyNativeSidecarsProbed);
    const all = { ...spec, containers, ...(initContainers === undefined ? {} : { initContainers }) };
    return { metadata: { name: `generated-${index}`, annotations }, spec: all };
  });
}
