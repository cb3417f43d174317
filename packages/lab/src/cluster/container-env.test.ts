import { containerEnv, type PodStatus } from './container-env';
import type { EnvVar } from './pod';
import { podWith } from './testing';

const status: PodStatus = {
  name: 'db-0',
  podIps: ['10.244.0.10', 'fd00::a'],
  hostIps: ['10.244.0.1'],
  nodeName: 'node',
};

function envOf(env: readonly EnvVar[]): Readonly<Record<string, string>> {
  const pod = podWith({ env });
  return containerEnv(pod, pod.spec.containers[0]!, status);
}

const field = (fieldPath: string): EnvVar => ({ name: 'X', valueFrom: { fieldRef: { fieldPath } } });

test.each([
  ['metadata.name', 'db-0'],
  ['metadata.namespace', 'shop'],
  ['metadata.uid', 'u-1'],
  ["metadata.labels['app']", 'db'],
  ["metadata.annotations['note']", 'hi'],
  ["metadata.labels['none']", ''],
  ['spec.nodeName', 'node'],
  ['status.podIP', '10.244.0.10'],
  ['status.podIPs', '10.244.0.10,fd00::a'],
  ['status.hostIP', '10.244.0.1'],
])('%s is %p', (path, value) => {
  expect(envOf([field(path)])).toEqual({ X: value });
});

test.each([
  ['a variable that came before', '$(A)-b', 'a-b'],
  ['a dollar that is meant', '$$(A)', '$(A)'],
  ['a name that is unknown', '$(NONE)', '$(NONE)'],
  ['a lone dollar', 'a$b', 'a$b'],
])('%s', (_, value, expanded) => {
  expect(
    envOf([
      { name: 'A', value: 'a' },
      { name: 'X', value },
    ]),
  ).toMatchObject({ X: expanded });
});

test('a variable without a value is empty', () => {
  expect(envOf([{ name: 'X' }])).toEqual({ X: '' });
});

test.each([
  ['a Secret', { secretKeyRef: { name: 's', key: 'k' } }, 'env X: secretKeyRef'],
  ['an unknown field', { fieldRef: { fieldPath: 'status.phase' } }, 'fieldPath status.phase'],
  ['a name out of Object.prototype', { fieldRef: { fieldPath: 'constructor' } }, 'fieldPath constructor'],
])('%s is refused, not left empty', (_, valueFrom, message) => {
  expect(() => envOf([{ name: 'X', valueFrom }])).toThrow(message);
});
