import { containerCommand } from './container-command';
import type { PodStatus } from './container-env';
import { containerPlan, type ContainerPlan } from './container-plan';
import type { Container, PodSpec } from './pod';
import { podWith } from './testing';

const status: PodStatus = { name: 'db-0', podIps: [], hostIps: [], nodeName: 'node' };

function planOf(container: Partial<Container>, spec: Partial<PodSpec> = {}): ContainerPlan {
  const pod = podWith(container, spec);
  return containerPlan(pod, pod.spec.containers[0]!, status);
}

test('the startup probe counts before the readiness probe, and a port may be a name', () => {
  const { readiness } = planOf({
    ports: [{ name: 'api', containerPort: 2332 }],
    startupProbe: { httpGet: { path: '/readyz', port: 'api' }, periodSeconds: 1, failureThreshold: 30 },
    readinessProbe: { httpGet: { path: '/other', port: 1 } },
  });
  expect(readiness).toEqual({ port: 2332, path: '/readyz', timeoutMs: 30_000 });
});

test('what a probe leaves unsaid is as the API server has it', () => {
  expect(planOf({ readinessProbe: { httpGet: { port: 1 } } }).readiness).toEqual({
    port: 1,
    path: '/',
    timeoutMs: 30_000,
  });
});

test('a container may have no probe, but none with a port that is not there', () => {
  expect(planOf({}).readiness).toBeUndefined();
  expect(() => planOf({ readinessProbe: { httpGet: { port: 'api' } } })).toThrow('port api is not declared');
});

const volumes = [{ name: 'run', emptyDir: {} }, { name: 'secret' }];

test('an emptyDir is mounted, also below the old name of /run', () => {
  const volumeMounts = [{ name: 'run', mountPath: '/var/run/secrets/token' }];
  expect(planOf({ volumeMounts }, { volumes }).mounts).toEqual([
    { volume: 'run', path: '/run/secrets/token' },
  ]);
});

test.each([
  ['a volume that is no emptyDir', 'secret', '/run/x', 'no emptyDir'],
  ['a volume that is not there', 'none', '/run/x', 'no emptyDir'],
  ['a place outside of /run', 'run', '/etc', 'not below /run'],
  ['a way out of /run', 'run', '/run/../etc', 'not below /run'],
  ['/run itself', 'run', '/run', 'not below /run'],
])('%s is refused', (_, name, mountPath, message) => {
  expect(() => planOf({ volumeMounts: [{ name, mountPath }] }, { volumes })).toThrow(message);
});

test('a container runs with no more than its securityContext has', () => {
  const { confinement } = planOf({
    securityContext: {
      readOnlyRootFilesystem: true,
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'], add: ['NET_ADMIN'] },
    },
  });
  const argv = containerCommand({
    netns: 'n',
    mounts: [{ source: '/a', path: '/run/b' }],
    confinement,
    argv: ['node'],
  });
  expect(argv.slice(0, 4)).toEqual(['ip', 'netns', 'exec', 'n']);
  expect(argv.slice(7).join(' ')).toBe(
    'container ro /a /run/b -- setpriv --pdeathsig KILL --no-new-privs --inh-caps -all --bounding-set -all,+net_admin -- node',
  );
});

test('a capability that is no name is refused', () => {
  expect(() => planOf({ securityContext: { capabilities: { drop: ['ALL'], add: ['A;b'] } } })).toThrow('A;b');
});
