import { inject, podWith, type Json, type NamedJson } from '../test/judge';
import { podSchema } from './pod';
import { probePorts } from './probe-ports';
import { parseTemplate } from './template';

const portsOf = (spec: Json): readonly number[] => probePorts(podSchema.parse(podWith({ spec })));
const agentOf = (pod: Json, text?: string): Json | undefined => {
  const template = text === undefined ? {} : { template: parseTemplate({ name: 'own', text }) };
  return inject(pod, template).spec.containers.find(({ name }) => name === 'podlag-agent');
};
const app = (probes: Json): Json => ({ name: 'app', image: 'i', ...probes });
const named = [
  { name: 'web', containerPort: 8080 },
  { name: 'status', containerPort: 9100 },
];

test.each<[string, Json, readonly number[]]>([
  ['no probe', app({}), []],
  ['HTTP', app({ readinessProbe: { httpGet: { port: 8080, path: '/' } } }), [8080]],
  ['TCP', app({ livenessProbe: { tcpSocket: { port: 6379 } } }), [6379]],
  ['gRPC', app({ startupProbe: { grpc: { port: 9000 } } }), [9000]],
  ['a command, which uses no port', app({ livenessProbe: { exec: { command: ['true'] } } }), []],
  ['a port by its name', app({ ports: named, readinessProbe: { tcpSocket: { port: 'status' } } }), [9100]],
  [
    'a name that the container has not',
    app({ ports: named, readinessProbe: { tcpSocket: { port: 'x' } } }),
    [],
  ],
  ['a host of its own', app({ readinessProbe: { httpGet: { port: 80, host: 'example.com' } } }), []],
  ['the host that is none', app({ readinessProbe: { httpGet: { port: 80, host: '' } } }), [80]],
  [
    'several, by number and not as text, each once',
    app({
      ports: named,
      readinessProbe: { httpGet: { port: 'web' } },
      livenessProbe: { httpGet: { port: 8080 } },
      startupProbe: { tcpSocket: { port: 999 } },
    }),
    [999, 8080],
  ],
])('the ports that the kubelet probes: %s', (_, container, ports) => {
  expect(portsOf({ containers: [container] })).toEqual(ports);
});

test('a name is looked for in the container that has the probe, not in another', () => {
  const other = { name: 'other', ports: [{ name: 'web', containerPort: 1 }] };
  const probing = app({ ports: named, readinessProbe: { tcpSocket: { port: 'web' } } });
  expect(portsOf({ containers: [other, probing] })).toEqual([8080]);
});

test('an init container is probed when it goes on beside the others, not when it ends', () => {
  const probing = { ...app({ startupProbe: { tcpSocket: { port: 5 } } }), name: 'first' };
  expect(portsOf({ containers: [app({})], initContainers: [probing] })).toEqual([]);
  const native = { ...probing, restartPolicy: 'Always' };
  expect(portsOf({ containers: [app({})], initContainers: [native] })).toEqual([5]);
});

const toldOf = (agent: Json | undefined): readonly NamedJson[] =>
  (agent?.env as readonly NamedJson[]).filter(({ name }) => /^PODLAG_(PROBE|NODE)_/.test(name));

test('the agent, and no other container, hears of them, and of the address of its node', () => {
  const probing = app({ readinessProbe: { tcpSocket: { port: 4000 } }, env: [{ name: 'A', value: 'b' }] });
  const pod = podWith({ spec: { containers: [probing] } });
  expect(toldOf(agentOf(pod))).toEqual([
    { name: 'PODLAG_NODE_ADDRESSES', valueFrom: { fieldRef: { fieldPath: 'status.hostIP' } } },
    { name: 'PODLAG_PROBE_PORTS', value: '4000' },
  ]);
});

test('pods that differ in their probes alone each get their own', () => {
  const probing = (port: number): Json =>
    podWith({ spec: { containers: [app({ readinessProbe: { tcpSocket: { port } } })] } });
  for (const port of [4000, 4001, 4000]) {
    expect(agentOf(probing(port))?.env).toContainEqual({ name: 'PODLAG_PROBE_PORTS', value: String(port) });
  }
});

test('what the template says of it stays', () => {
  const env = `\n    env: [{ name: PODLAG_PROBE_PORTS, value: "1" }, { name: PODLAG_NODE_ADDRESSES, value: 10.0.0.1 }]`;
  const pod = podWith({ spec: { containers: [app({ readinessProbe: { tcpSocket: { port: 4000 } } })] } });
  expect(toldOf(agentOf(pod, `containers:\n  - name: podlag-agent\n    image: i${env}\n`))).toEqual([
    { name: 'PODLAG_PROBE_PORTS', value: '1' },
    { name: 'PODLAG_NODE_ADDRESSES', value: '10.0.0.1' },
  ]);
});
