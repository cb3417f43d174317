import { containerArgv, type ContainerPlace } from './container-start';
import type { ApiContainer } from './pod-object';
import { containerWith, podWith } from './testing';

const place: ContainerPlace = {
  pod: podWith(),
  status: { name: 'web-0', nodeName: 'podlag-node-1', podIps: ['10.99.1.1'], hostIps: ['10.99.0.1'] },
  netns: 'podlag-pod-0',
  folder: '/bed/pods/1',
  image: { entrypoint: ['node', '/app/main.js'], files: '/dist', user: 65532 },
  node: '/node',
  mounts: [],
  serviceEnv: { KUBERNETES_SERVICE_HOST: '10.99.0.1' },
  mayBecomeOthers: true,
  logFile: '/bed/log',
};
const argvOf = (fields: Partial<ApiContainer>, changes: Partial<ContainerPlace> = {}): string =>
  containerArgv({ ...place, ...changes }, containerWith(fields), '/root').join(' ');

test.each<[string, Partial<ApiContainer>, string]>([
  ["the image's entrypoint", {}, 'node /app/main.js'],
  ['with arguments', { args: ['--help'] }, 'node /app/main.js --help'],
  ['or a command of its own', { command: ['sleep'], args: ['1'] }, 'sleep 1'],
])('a container runs %s', (_, fields, command) => {
  expect(argvOf(fields)).toMatch(new RegExp(` KUBERNETES_SERVICE_HOST=10.99.0.1 ${command}$`));
});

test('it has the variables of its spec, over those of the node', () => {
  const env = [
    { name: 'HOSTNAME', value: 'mine' },
    { name: 'NODE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
  ];
  const argv = argvOf({ env });
  expect(argv).toContain(' HOSTNAME=mine ');
  expect(argv).toContain(' NODE=podlag-node-1 ');
});

test('a folder is mounted before what is mounted in it', () => {
  const mounts = [
    { source: '/b', path: '/data/inner', readOnly: false },
    { source: '/a', path: '/data', readOnly: true },
  ];
  expect(argvOf({}, { mounts })).toMatch(/ ro \/a \/data .*rw \/b \/data\/inner /);
});

test('a read-only root is asked for by its securityContext', () => {
  expect(argvOf({})).toContain('container /root rw');
  expect(argvOf({ securityContext: { readOnlyRootFilesystem: true } })).toContain('container /root ro');
});

test.each<[string, Partial<ApiContainer>, string]>([
  ['a reference in its arguments', { args: ['--port=$(PORT)'] }, '--port=$(PORT)'],
  ['a variable out of a Secret', { env: [{ name: 'A', valueFrom: { secretKeyRef: {} } }] }, 'secretKeyRef'],
])('a container with %s is refused, not run in another way', (_, fields, detail) => {
  expect(() => argvOf(fields)).toThrow(detail);
});
