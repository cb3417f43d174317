import { judge, podWith, type Circumstances, type Json } from '../../test/judge';
import { podSchema } from '../pod';
import { eventFor, eventPeriodMs, kubeEvent, type SidecarEvent } from './sidecar-event';

const replicaSet = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web-7d6c9f5b68', uid: 'uid-1' };
const job = { apiVersion: 'batch/v1', kind: 'Job', name: 'backup', uid: 'uid-2' };
const ownedBy = (...ownerReferences: readonly object[]): Json => ({ ownerReferences });
const controlled = ownedBy({ ...replicaSet, controller: true, blockOwnerDeletion: true });
const baseline = { labels: { 'pod-security.kubernetes.io/enforce': 'baseline' } };

/** What is told of a pod in namespace shop. */
function told(pod: { metadata?: Json; spec?: Json }, circumstances: Circumstances = {}) {
  const object = podWith({ metadata: controlled, ...pod });
  const decision = judge(object, { namespace: 'shop', ...circumstances });
  return { reason: decision.reason, event: eventFor(podSchema.parse(object), decision, 'shop') };
}

describe('the controller of a pod that is left without the sidecar is told, in the words of the warnings', () => {
  test.each<[string, { metadata?: Json; spec?: Json }, Circumstances, object]>([
    [
      'for its namespace enforces a level, with the command that changes it',
      {},
      baseline,
      {
        namespace: 'shop',
        controller: replicaSet,
        reason: 'pod-security',
        message:
          'podlag: no sidecar (pod-security): the namespace enforces baseline, which forbids NET_ADMIN; ' +
          'kubectl label --overwrite ns shop pod-security.kubernetes.io/enforce=privileged',
      },
    ],
    [
      'for it has the port',
      { spec: { containers: [{ name: 'app', ports: [{ containerPort: 2332 }] }] } },
      {},
      {
        message: 'podlag: no sidecar (port-clash): container app uses port 2332, which the sidecar needs',
      },
    ],
    [
      'for it is on the host network',
      { spec: { hostNetwork: true } },
      {},
      { message: 'podlag: no sidecar (host-network): the agent would shape the node, not the pod' },
    ],
    [
      'for its Job would not complete',
      { metadata: ownedBy({ ...job, controller: true }) },
      { sidecarMode: 'plain' },
      {
        controller: job,
        message:
          'podlag: no sidecar (job-plain-sidecar): the Job would never complete with a plain sidecar; ' +
          'On Kubernetes 1.29 or later run the injector with sidecarMode native.',
      },
    ],
    [
      'and of several owners the one that controls it',
      { metadata: ownedBy({ ...job, controller: false }, { ...replicaSet, controller: true }) },
      baseline,
      { controller: replicaSet },
    ],
  ])('%s', (_, pod, circumstances, event) => {
    expect(told(pod, circumstances).event).toMatchObject(event);
  });
});

describe('nobody is told', () => {
  test.each<[string, { metadata?: Json; spec?: Json }, Circumstances, string]>([
    ['of a pod that has got its sidecar', {}, {}, 'injected'],
    [
      'of a pod that may be refused with its sidecar',
      {},
      { ...baseline, onPodSecurity: 'inject' },
      'injected',
    ],
    [
      'of a pod that is refused: its controller has that in an Event of its own',
      {},
      { ...baseline, onPodSecurity: 'deny' },
      'pod-security',
    ],
    [
      'of a pod that says no',
      { metadata: { ...controlled, annotations: { 'podlag.io/inject': 'false' } } },
      {},
      'opted-out',
    ],
    [
      'of a static pod',
      { metadata: { ...controlled, annotations: { 'kubernetes.io/config.mirror': 'x' } } },
      {},
      'mirror-pod',
    ],
    ['of a Windows pod', { spec: { os: { name: 'windows' } } }, {}, 'windows'],
    [
      'of a pod that has a sidecar already',
      { spec: { containers: [{ name: 'podlag-agent' }] } },
      {},
      'already-injected',
    ],
    ['of a pod of kube-system', {}, { namespace: 'kube-system' }, 'system-namespace'],
    ['where a pod has no owner: who makes it sees the warnings', { metadata: {} }, baseline, 'pod-security'],
    [
      'where no owner controls the pod',
      { metadata: ownedBy(replicaSet, { ...replicaSet, controller: false }) },
      baseline,
      'pod-security',
    ],
    [
      'where an owner cannot be found: the API server is about to refuse it',
      { metadata: ownedBy({ ...replicaSet, uid: '', controller: true }) },
      baseline,
      'pod-security',
    ],
    [
      'where owners are null, as Go writes it',
      { metadata: { ownerReferences: null } },
      baseline,
      'pod-security',
    ],
  ])('%s', (_, pod, circumstances, reason) => {
    expect(told(pod, circumstances)).toEqual({ reason, event: undefined });
  });
});

describe('the Event', () => {
  const nowMs = Date.UTC(2026, 10, 21, 12, 3, 4, 567);
  const event: SidecarEvent = {
    namespace: 'shop',
    controller: replicaSet,
    reason: 'pod-security',
    message: 'podlag: no sidecar',
  };
  const nameOf = (change: Partial<SidecarEvent>, atMs = nowMs) =>
    kubeEvent({ ...event, ...change }, atMs).metadata.name;

  test('is a warning about the controller, in its namespace', () => {
    expect(kubeEvent(event, nowMs)).toEqual({
      metadata: { name: expect.stringMatching(/^podlag-injector\.[0-9a-f]{16}$/), namespace: 'shop' },
      involvedObject: { ...replicaSet, namespace: 'shop' },
      ...{ type: 'Warning', reason: 'SidecarNotInjected', action: 'Inject', message: 'podlag: no sidecar' },
      ...{ source: { component: 'podlag-injector' }, reportingComponent: 'podlag-injector', count: 1 },
      ...{ firstTimestamp: '2026-11-21T12:03:04Z', lastTimestamp: '2026-11-21T12:03:04Z' },
    });
  });

  test('has one name for one controller and reason in ten minutes of the clock, whichever replica writes it', () => {
    const end = Date.UTC(2026, 10, 21, 12, 10);
    expect(nameOf({ message: 'other words' }, end - 1)).toBe(nameOf({}));
    const others = [
      nameOf({}, end),
      nameOf({ reason: 'port-clash' }),
      nameOf({ controller: { ...replicaSet, uid: 'uid-3' } }),
    ];
    expect(new Set([nameOf({}), ...others]).size).toBe(4);
    expect(eventPeriodMs).toBe(600_000);
  });
});
