import { systemClock } from '@podlag/core';
import { jobs, kubeErrors, namespaces } from '@podlag/kube';
import { FakeKubeApi } from '@podlag/kube/testing';
import { endRun } from './end-run';
import { managedByLabel } from './objects/run-labels';
import { RunNamespace } from './run-namespace';

const run = 'x-20261120-120000-ab12';
const forbidden = kubeErrors.error('kube-forbidden', 'you may not');

/** Ends a run in a namespace that a launcher has made. @returns what it tells */
async function ended(api: FakeKubeApi): Promise<readonly string[]> {
  const labels = { [managedByLabel.name]: managedByLabel.value };
  api.seed(namespaces, { metadata: { name: 'bench', labels } });
  api.seed(jobs, { metadata: { namespace: 'bench', name: `bench-${run}` } });
  const told: string[] = [];
  const namespace = new RunNamespace(api, 'bench', systemClock, (sentence) => void told.push(sentence));
  await endRun({ api, namespace, run, tell: (one) => one.kind === 'told' && told.push(one.sentence) });
  return told;
}

test('its Job goes, and the namespace that is empty then', async () => {
  expect(await ended(new FakeKubeApi())).toEqual([
    `Job bench-${run} is deleted, and with it all objects of the run`,
    'namespace bench is empty, and goes',
  ]);
});

test('who may not delete the Job learns what does it, and the namespace is left alone', async () => {
  const api = new FakeKubeApi();
  api.failNext(forbidden, 'delete');
  expect(await ended(api)).toEqual([
    `Job bench-${run} could not be deleted: you may not. Its deadline and ttl do it; or: kubectl delete job -n bench bench-${run}`,
  ]);
  expect(await api.list(namespaces, {})).toHaveLength(1);
});

test('who may not see what else is in the namespace learns that it stays, and that the Job is gone', async () => {
  const api = new FakeKubeApi();
  api.failNext(forbidden, 'list');
  expect(await ended(api)).toEqual([
    `Job bench-${run} is deleted, and with it all objects of the run`,
    'namespace bench stays: you may not. Where nothing else is in it: kubectl delete namespace bench',
  ]);
  expect(await api.list(jobs, {})).toEqual([]);
});
