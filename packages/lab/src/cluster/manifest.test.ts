import { isPodlagError } from '@podlag/core';
import { readManifest } from './manifest';

const pod = 'kind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c}]}';

function failureOf(text: string): unknown {
  try {
    readManifest('m.yaml', text);
  } catch (error) {
    return error;
  }
  throw new Error('it was taken');
}

test('documents that make no pods are passed over, and named', () => {
  const text = `kind: Service\nmetadata: {name: web}\n---\n---\nkind: ConfigMap\nmetadata: {name: c}\n---\n${pod}`;
  const { workloads, passedOver } = readManifest('m.yaml', text);
  expect(workloads).toHaveLength(1);
  expect(passedOver).toEqual(['Service web', 'ConfigMap c']);
});

test('the labels of a namespace are read', () => {
  const text = 'kind: Namespace\nmetadata: {name: n, labels: {sidecar-injection: enabled}}';
  expect(readManifest('m.yaml', text).namespaces).toEqual(
    new Map([['n', { 'sidecar-injection': 'enabled' }]]),
  );
});

test('a List, as kubectl get prints it, is its items', () => {
  const text = 'kind: List\nitems: [{kind: Pod, metadata: {name: p}, spec: {containers: []}}]';
  expect(readManifest('m.yaml', text).workloads).toHaveLength(1);
});

test('JSON is taken too', () => {
  const text = JSON.stringify({ kind: 'Pod', metadata: { name: 'p' }, spec: { containers: [] } });
  expect(readManifest('m.json', text).workloads).toHaveLength(1);
});

test('a field that the lab does not know stays in the pod', () => {
  const text = `${pod.slice(0, -1)}, priorityClassName: high}`;
  expect(readManifest('m.yaml', text).workloads[0]).toMatchObject({
    pod: { metadata: { name: 'p', namespace: 'default' }, spec: { priorityClassName: 'high' } },
  });
});

test.each(['DaemonSet', 'Job', 'CronJob', 'ReplicaSet'])(
  'a %s is refused rather than left out in silence',
  (kind) => {
    const failure = failureOf(`kind: ${kind}\nmetadata: {name: x}\nspec: {}`);
    expect(isPodlagError(failure, 'kind-not-handled')).toBe(true);
    expect(String(failure)).toContain(kind);
  },
);

test.each([
  ['a document without a kind', 'metadata: {name: x}', 'm.yaml, document 1: kind must be a string'],
  ['a scalar', '--- 5', 'm.yaml, document 1 must be a mapping'],
  [
    'replicas that are no number',
    'kind: Deployment\nmetadata: {name: d}\nspec: {replicas: many}',
    'Deployment d: spec.replicas must be a whole number',
  ],
  [
    'no template',
    'kind: Deployment\nmetadata: {name: d}\nspec: {}',
    'Deployment d: spec.template must be a mapping',
  ],
  [
    'a container without a name',
    'kind: Pod\nmetadata: {name: p}\nspec: {containers: [{}]}',
    'Pod p: spec.containers[0].name must be a string',
  ],
  [
    'a label that is no string',
    'kind: Namespace\nmetadata: {name: n, labels: {a: 1}}',
    'Namespace n: metadata.labels.a must be a string',
  ],
  ['broken YAML', 'kind: [', 'm.yaml'],
])('%s is an error that names the place', (_, text, message) => {
  const failure = failureOf(text);
  expect(isPodlagError(failure, 'invalid-manifest')).toBe(true);
  expect((failure as Error).message).toContain(message);
});
