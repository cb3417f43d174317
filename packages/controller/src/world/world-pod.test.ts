import type { Pod } from '@podlag/kube';
import { seenPod } from './world-pod';

function pod({ spec, status, metadata }: { spec?: object; status?: object; metadata?: object } = {}): Pod {
  return {
    metadata: { name: 'web-1', namespace: 'shop', uid: 'u', ...metadata },
    spec: { containers: [{ name: 'app' }], ...spec },
    status: { phase: 'Running', podIP: '10.0.0.1', ...status },
  };
}

const agent = { name: 'podlag-agent' };

test.each([
  ['has no agent', pod(), undefined],
  [
    'has the injector’s container',
    pod({ spec: { containers: [agent] } }),
    { address: '10.0.0.1', port: 2332 },
  ],
  [
    'has it as a native sidecar',
    pod({ spec: { initContainers: [agent] } }),
    { address: '10.0.0.1', port: 2332 },
  ],
  [
    'has one of another name, with the port’s name',
    pod({ spec: { containers: [{ name: 'lag', ports: [{ name: 'podlag', containerPort: 2400 }] }] } }),
    { address: '10.0.0.1', port: 2400 },
  ],
  [
    'has one of another name, by the injector’s own annotation',
    pod({ metadata: { annotations: { 'podlag.io/status': '{}' } } }),
    { address: '10.0.0.1', port: 2332 },
  ],
  [
    'has one that takes fewer targets than others',
    pod({
      spec: { initContainers: [{ ...agent, env: [{ name: 'PODLAG_MOST_TARGETS', value: '500' }] }] },
    }),
    { address: '10.0.0.1', port: 2332, mostTargets: 500 },
  ],
  [
    'has one whose setting stands elsewhere',
    pod({ spec: { initContainers: [{ ...agent, env: [{ name: 'PODLAG_MOST_TARGETS' }] }] } }),
    { address: '10.0.0.1', port: 2332 },
  ],
  ['has no address yet', pod({ spec: { containers: [agent] }, status: { podIP: undefined } }), undefined],
  ['is on its node’s network', pod({ spec: { containers: [agent], hostNetwork: true } }), undefined],
])('a pod that %s', (_, given, place) => {
  expect(seenPod(given).agent).toEqual(place);
});

test('both addresses of a dual-stack pod are its own', () => {
  const given = pod({ status: { podIPs: [{ ip: '10.0.0.1' }, { ip: 'fd00::1' }] } });
  expect(seenPod(given).addresses).toEqual(['10.0.0.1', 'fd00::1']);
});

test.each([
  ['Running', false],
  ['Pending', false],
  ['Succeeded', true],
  ['Failed', true],
])('a pod that is %s is gone: %s', (phase, gone) => {
  expect(seenPod(pod({ status: { phase } })).gone).toBe(gone);
});

test('a restart of a container, and readiness, are seen', () => {
  const of = (status: object) => seenPod(pod({ status })).mark;
  const container = { name: 'podlag-agent', ready: true, restartCount: 0, containerID: 'a' };
  const before = of({ containerStatuses: [container] });
  expect(of({ containerStatuses: [{ ...container }] })).toBe(before);
  expect(of({ containerStatuses: [{ ...container, restartCount: 1 }] })).not.toBe(before);
  expect(of({ containerStatuses: [container], conditions: [{ type: 'Ready', status: 'True' }] })).not.toBe(
    before,
  );
});
