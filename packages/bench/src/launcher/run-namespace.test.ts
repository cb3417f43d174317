import { kubeErrors, kubeApiWith, namespaces, type KubeApi } from '@podlag/kube';
import { FakeKubeApi } from '@podlag/kube/testing';
import { neverAborted } from './never-aborted';
import { managedByLabel } from './objects/run-labels';
import { RunNamespace } from './run-namespace';
import { hurriedClock } from './testing/hurried-clock';

const namespaceOf = (api: KubeApi): RunNamespace =>
  new RunNamespace(api, 'bench', hurriedClock(), () => undefined);
const narrow = { agents: false, hostNetwork: false };
const wide = { agents: true, hostNetwork: false };

test('of two runs that find no namespace one makes it, and the other gets what it needs there', async () => {
  const api = new FakeKubeApi();
  await Promise.all([narrow, wide].map((needs) => namespaceOf(api).ensure(needs, neverAborted())));
  expect(api.calls.filter(({ verb }) => verb === 'create')).toHaveLength(2);
  expect(api.stored(namespaces, { name: 'bench' }).metadata.labels).toMatchObject({
    [managedByLabel.name]: managedByLabel.value,
    'pod-security.kubernetes.io/enforce': 'privileged',
    'sidecar-injection': 'enabled',
  });
});

test('one that somebody else makes meanwhile has to let agents in', async () => {
  const api = new FakeKubeApi();
  api.beforeNext(() => void api.seed(namespaces, { metadata: { name: 'bench' } }), 'create');
  await expect(namespaceOf(api).ensure(wide, neverAborted())).rejects.toMatchObject({ code: 'fault-failed' });
});

test('one that comes and goes is not made for ever', async () => {
  const fake = new FakeKubeApi();
  const exists = kubeErrors.error('kube-already-exists', 'already exists');
  const api = kubeApiWith(fake, { create: () => Promise.reject(exists) });
  await expect(namespaceOf(api).ensure(narrow, neverAborted())).rejects.toBe(exists);
  expect(fake.calls).toHaveLength(3);
});
