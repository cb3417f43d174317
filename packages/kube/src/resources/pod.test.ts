import { kept } from '../kept';
import { pods, type Pod } from './pod';

const whole = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    ...{ name: 'web-1', namespace: 'shop', uid: 'u-1', resourceVersion: '7', labels: { app: 'web' } },
    annotations: { 'podlag.io/status': '{}', 'kubectl.kubernetes.io/last-applied-configuration': '{}' },
    managedFields: [{ manager: 'kubelet' }],
    deletionTimestamp: '2026-11-21T12:00:00Z',
    ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web', uid: 'u-2' }],
  },
  spec: {
    ...{
      nodeName: 'node-1',
      hostNetwork: false,
      volumes: [{ name: 'token' }],
      serviceAccountName: 'default',
    },
    containers: [
      {
        ...{ name: 'web', image: 'web:1', resources: {}, env: [{ name: 'PASSWORD', value: 'secret' }] },
        ports: [{ name: 'http', containerPort: 80, protocol: 'TCP', hostIP: '' }],
      },
    ],
    initContainers: [
      {
        ...{ name: 'podlag-agent', image: 'agent:1', restartPolicy: 'Always' },
        env: [
          { name: 'PODLAG_MOST_TARGETS', value: '60000' },
          { name: 'PODLAG_POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
        ],
      },
    ],
  },
  status: {
    ...{ phase: 'Running', hostIP: '10.0.0.1', podIP: '10.1.2.3', podIPs: [{ ip: '10.1.2.3' }] },
    conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: '2026-11-21T12:00:00Z' }],
    containerStatuses: [
      {
        name: 'web',
        ready: true,
        started: true,
        restartCount: 1,
        containerID: 'c-1',
        image: 'web:1',
        state: {},
      },
    ],
    initContainerStatuses: [{ name: 'podlag-agent', ready: true, restartCount: 0, lastState: {} }],
  },
};

test('a watch of pods holds on to what podlag reads, and to no secrets', () => {
  expect(JSON.parse(JSON.stringify(kept(pods, whole as Pod)))).toEqual({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...{ name: 'web-1', namespace: 'shop', uid: 'u-1', resourceVersion: '7', labels: { app: 'web' } },
      annotations: { 'podlag.io/status': '{}' },
      deletionTimestamp: '2026-11-21T12:00:00Z',
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web', uid: 'u-2' }],
    },
    spec: {
      nodeName: 'node-1',
      hostNetwork: false,
      containers: [
        {
          ...{ name: 'web', env: [{ name: 'PASSWORD' }] },
          ports: [{ name: 'http', containerPort: 80, protocol: 'TCP' }],
        },
      ],
      initContainers: [
        {
          ...{ name: 'podlag-agent', restartPolicy: 'Always' },
          env: [{ name: 'PODLAG_MOST_TARGETS', value: '60000' }, { name: 'PODLAG_POD_NAME' }],
        },
      ],
    },
    status: {
      ...{ phase: 'Running', podIP: '10.1.2.3', podIPs: [{ ip: '10.1.2.3' }] },
      conditions: [{ type: 'Ready', status: 'True' }],
      containerStatuses: [{ name: 'web', ready: true, started: true, restartCount: 1, containerID: 'c-1' }],
      initContainerStatuses: [{ name: 'podlag-agent', ready: true, restartCount: 0 }],
    },
  });
});

test('what a pod leaves out stays out', () => {
  const bare: Pod = { metadata: { name: 'web' }, spec: { containers: [{ name: 'web' }] } };
  expect(JSON.parse(JSON.stringify(kept(pods, bare)))).toEqual(bare);
  expect(JSON.parse(JSON.stringify(kept(pods, { metadata: { name: 'web' } })))).toEqual({
    metadata: { name: 'web' },
  });
});
