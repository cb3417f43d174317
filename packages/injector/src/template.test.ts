import { isPodlagError } from '@podlag/core';
import { shippedTemplate } from '../test/templates';
import { parseTemplate, type Template } from './template';

const parse = (text: string): Template => parseTemplate({ name: 'sidecarconfig.yaml', text });

const problemOf = (text: string): { message: string; field: string | undefined } => {
  try {
    parse(text);
  } catch (error) {
    if (isPodlagError(error, 'invalid-template')) return { message: error.detail, field: error.field };
    throw error;
  }
  throw new Error('the template is good');
};

describe('a bad template is told by file, line and field', () => {
  test.each([
    ['no YAML', 'containers:\n  - name: [a\n', 'sidecarconfig.yaml:3: not YAML: ', undefined],
    ['an empty file', '', 'sidecarconfig.yaml:1: not YAML: ', undefined],
    ['a list', '- a\n', 'sidecarconfig.yaml:1: must be a mapping', ''],
    [
      'no containers',
      'volumes: []\n',
      'containers: must be a list with at least one container',
      'containers',
    ],
    [
      'empty containers',
      '\ncontainers: []\n',
      'sidecarconfig.yaml:2: containers: must be a list',
      'containers',
    ],
    [
      'a container without an image',
      'containers:\n  # a comment\n  - name: a\n',
      'sidecarconfig.yaml:3: containers[0].image: must be an image',
      'containers[0].image',
    ],
    [
      'an empty image, on the line of its key',
      'containers:\n  - name: a\n    image:\n      ""\n',
      'sidecarconfig.yaml:3: containers[0].image: must not be empty',
      'containers[0].image',
    ],
    [
      'a misspelt field',
      'containers:\n  - name: a\n    image: i\n    imagePulPolicy: Always\n',
      'sidecarconfig.yaml:4: containers[0].imagePulPolicy: unknown field. Did you mean imagePullPolicy?',
      'containers[0].imagePulPolicy',
    ],
    ['a misspelt key at the top', 'container: []\n', 'unknown field. Did you mean containers?', 'containers'],
    [
      'a variable that is a number',
      'containers:\n  - name: a\n    image: i\n    env:\n      - name: A\n        value: "1"\n      - {name: B,\n         value: 2}\n',
      'sidecarconfig.yaml:8: containers[0].env[1].value: must be a string; put it in quotes',
      'containers[0].env[1].value',
    ],
    [
      'a port that is none',
      'containers:\n- {name: a, image: i, ports: [{containerPort: 70000}]}\n',
      'containers[0].ports[0].containerPort: must be 1 to 65535',
      'containers[0].ports[0].containerPort',
    ],
    [
      'a quantity that is none',
      'containers:\n- name: a\n  image: i\n  resources:\n    limits:\n      memory: 64MB\n',
      'sidecarconfig.yaml:6: containers[0].resources.limits.memory: must be a quantity like 10m or 64Mi',
      'containers[0].resources.limits.memory',
    ],
    [
      'a name that Kubernetes would refuse',
      'containers:\n- name: Agent\n  image: i\n',
      'sidecarconfig.yaml:2: containers[0].name: must be a name of lowercase letters',
      'containers[0].name',
    ],
    [
      'one name twice',
      'containers:\n- name: a\n  image: i\ninitContainers:\n- name: a\n  image: i\n',
      'sidecarconfig.yaml:5: initContainers[0].name: is the name of another container too',
      'initContainers[0].name',
    ],
    [
      'a mount of no volume',
      'containers:\n- name: a\n  image: i\n  volumeMounts:\n  - name: rum\n    mountPath: /run\nvolumes:\n- name: run\n',
      'sidecarconfig.yaml:5: containers[0].volumeMounts[0].name: is no volume of this template. Did you mean run?',
      'containers[0].volumeMounts[0].name',
    ],
    [
      'more than eight operations could hold',
      'containers: [{name: a, image: i}]\nannotations: {a: a, b: b, c: c, d: d, e: e, f: f}\n',
      'adds 7 things to a pod, containers, volumes and annotations; at most 6',
      '',
    ],
  ])('%s', (_, text, message, field) => {
    const problem = problemOf(text);
    expect(problem.message).toContain(message);
    if (!text.startsWith('container:')) expect(problem.field).toBe(field);
  });

  test('all that is wrong is told at once', () => {
    const { message } = problemOf('containers:\n- name: A\n  image: ""\n  ports: 1\n');
    expect(message.split('\n').map((line) => line.split(' ')[1])).toEqual([
      'containers[0].name:',
      'containers[0].image:',
      'containers[0].ports:',
    ]);
  });
});

describe('what a template does not say is completed', () => {
  test('what it says stays', () => {
    const { agent } = parse(`
containers:
  - name: a
    image: i
    terminationMessagePolicy: File
    securityContext:
      runAsUser: 65534
      runAsNonRoot: true
      capabilities: {add: [NET_ADMIN, NET_RAW]}
      seccompProfile: {type: Unconfined}
    resources: {requests: {memory: 1Gi}, limits: {cpu: 1}}
`);
    expect(agent).toMatchObject({
      terminationMessagePolicy: 'File',
      securityContext: {
        runAsUser: 65534,
        runAsNonRoot: true,
        runAsGroup: 0,
        privileged: false,
        capabilities: { drop: ['ALL'], add: ['NET_ADMIN', 'NET_RAW'] },
        seccompProfile: { type: 'Unconfined' },
      },
      resources: { requests: { cpu: '1', memory: '1Gi' }, limits: { cpu: '1', memory: '1Gi' } },
    });
  });

  test('companions get neither NET_ADMIN nor root, but no token and no privileges either', () => {
    const { containers } = parse('containers: [{name: a, image: i}, {name: b, image: i}]\n');
    expect(containers[1]?.securityContext).toEqual({
      privileged: false,
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      seccompProfile: { type: 'RuntimeDefault' },
      capabilities: { drop: ['ALL'] },
    });
    expect(containers[1]?.volumeMounts).toMatchObject([{ name: 'podlag-no-token', readOnly: true }]);
  });

  test('who mounts something over the token already keeps it', () => {
    const { agent, volumes } = parse(`
containers:
  - name: a
    image: i
    volumeMounts: [{name: own, mountPath: /var/run/secrets/kubernetes.io/serviceaccount/}]
volumes: [{name: own, emptyDir: {}}]
`);
    expect(agent.volumeMounts).toHaveLength(1);
    expect(volumes).toEqual([{ name: 'own', emptyDir: {} }]);
  });

  test('probes are not: another image may not have them', () => {
    const { agent } = parse('containers: [{name: a, image: i}]\n');
    expect(Object.keys(agent).filter((key) => key.endsWith('Probe'))).toEqual([]);
  });

  test('an agent that declares no port is taken to listen on 2332', () => {
    expect(parse('containers: [{name: a, image: i}]\n').ports).toEqual([2332]);
    expect(parse('containers: [{name: a, image: i, ports: [{containerPort: 80}]}]\n').ports).toEqual([80]);
  });
});

test('the shipped template is the agent with a lease, probes and sizes', () => {
  expect(shippedTemplate.agent).toMatchObject({
    name: 'podlag-agent',
    image: 'podlag-agent:0.1.0',
    ports: [{ name: 'podlag', containerPort: 2332 }],
    readinessProbe: { httpGet: { path: '/readyz', port: 'podlag' } },
    securityContext: { capabilities: { drop: ['ALL'], add: ['NET_ADMIN'] } },
  });
  expect(shippedTemplate.volumes.map(({ name }) => name)).toEqual(['podlag-run', 'podlag-no-token']);
});
