import { networkFaults } from '@podlag/api';
import { createLogger } from '@podlag/core';
import { FakeClock } from '@podlag/core/testing';
import { namespaces, nodeRegionLabel, nodes, pods, type KubeObject, type Resource } from '@podlag/kube';
import { FakeKubeApi } from '@podlag/kube/testing';
import { until } from '../../test/until';
import { ClusterView } from './cluster-view';

const podRef = { namespace: 'shop', name: 'web-1' };
const node = { metadata: { name: 'node-1', labels: { [nodeRegionLabel]: 'eu' } } };
const namespace = { metadata: { name: 'shop', labels: { team: 'a' } } };
const faultRef = { namespace: 'shop', name: 'slow' };
const fault = { metadata: faultRef, spec: { selector: {}, delay: { time: '20ms' } } };
const pod = {
  metadata: { ...podRef, uid: 'u' },
  spec: { containers: [{ name: 'podlag-agent' }] },
  status: { phase: 'Running', podIP: '10.0.0.1' },
};

async function viewed() {
  const api = new FakeKubeApi();
  await api.create(nodes, node);
  await api.create(namespaces, namespace);
  await api.create(pods, pod);
  // What is created has no status yet.
  api.edit(pods, podRef, (object) => ({ ...object, status: pod.status }));
  await api.create(networkFaults, fault);
  let changes = 0;
  const logger = createLogger('controller', 'silent');
  const view = new ClusterView({
    ...{ api, clock: new FakeClock(), logger, onChange: () => changes++ },
    isOverwritten: ({ key, object }) => key === 'networkfault/shop/slow' && object.status?.phase === 'Failed',
  });
  await until(() => view.blockers.length === 0);
  return {
    api,
    view,
    changesBy: async (edit: () => unknown) => {
      const before = changes;
      edit();
      await new Promise((resolve) => setImmediate(resolve));
      return changes - before;
    },
  };
}

const edited =
  <T extends KubeObject>(resource: Resource<T>, ref: { name: string; namespace?: string }, change: object) =>
  (api: FakeKubeApi) =>
    api.edit(resource, ref, (object) => ({ ...object, ...change }));

test.each([
  ['a node tells that it is alive', edited(nodes, { name: 'node-1' }, { status: { conditions: [] } }), 0],
  ['a node is in another region', edited(nodes, { name: 'node-1' }, { metadata: { name: 'node-1' } }), 1],
  [
    'a namespace is being ended',
    edited(namespaces, { name: 'shop' }, { status: { phase: 'Terminating' } }),
    0,
  ],
  ['a namespace has other labels', edited(namespaces, { name: 'shop' }, { metadata: { name: 'shop' } }), 1],
  [
    'a kubelet tells of a pod what nothing goes by',
    edited(pods, podRef, { status: { ...pod.status, qosClass: 'Burstable' } }),
    0,
  ],
  ['a pod has another address', edited(pods, podRef, { status: { ...pod.status, podIP: '10.0.0.2' } }), 1],
  [
    'a pod comes',
    (api: FakeKubeApi) => api.create(pods, { ...pod, metadata: { ...podRef, name: 'web-2' } }),
    1,
  ],
  ['a status is written', edited(networkFaults, faultRef, { status: { phase: 'Effective' } }), 0],
  [
    'a status is written over by somebody else',
    edited(networkFaults, faultRef, { status: { phase: 'Failed' } }),
    1,
  ],
  ['a pod goes', (api: FakeKubeApi) => api.remove(pods, podRef), 1],
])('%s: it is worked out anew only where that can make a difference', async (_, edit, changes) => {
  const { api, view, changesBy } = await viewed();
  expect(await changesBy(() => edit(api))).toBe(changes);
  view.close();
});
