import { kubeErrors } from '@podlag/kube';
import { FakeKubeApi } from '@podlag/kube/testing';
import { partLabel, runLabels } from './objects/run-labels';
import { runPods, type RunPod } from './objects/run-pod';
import { waitForPods, type RunWatch } from './run-start';
import { hurriedClock } from './testing/hurried-clock';

const run = 'x-20261120-120000-ab12';
const running = { phase: 'Running' } as const;
const unavailable = kubeErrors.error('kube-unavailable', 'connect ECONNREFUSED');

function clusterOf(pods: Readonly<Record<string, RunPod['status']>>): FakeKubeApi {
  const api = new FakeKubeApi();
  for (const [name, status] of Object.entries(pods)) {
    const labels = { ...runLabels(run), [partLabel]: name };
    api.seed(runPods, { metadata: { namespace: 'bench', name, labels }, status });
  }
  return api;
}

/** Waits a minute at most, for an orchestrator of which it cannot be heard whether it has begun, and a worker. */
async function waited(api: FakeKubeApi, more: Partial<RunWatch> = {}): Promise<string> {
  const { signal } = new AbortController();
  const tell = (): void => undefined;
  const watch = { ...{ api, clock: hurriedClock(), signal, tell, namespace: 'bench', run }, ...more };
  const hasBegun = (): Promise<boolean> => Promise.resolve(false);
  return waitForPods(watch, { count: 2, withinMs: 60_000, hasBegun });
}

test('an API server that is away for a moment is waited for', async () => {
  const api = clusterOf({ orchestrator: running, worker: running });
  api.failNext(unavailable, 'list');
  expect(await waited(api)).toBe('orchestrator');
});

test('one that stays away is so until the deadline; then it is named, beside what pods were waited for', async () => {
  const api = clusterOf({ orchestrator: { phase: 'Pending' }, worker: running });
  api.beforeNext(() => api.startOutage(unavailable), 'list');
  await expect(waited(api)).rejects.toMatchObject({
    code: 'not-started',
    detail: 'not within 60 s: pod orchestrator: Pending; the API server is away: connect ECONNREFUSED',
  });
});

test('it is told meanwhile, and who interrupts need not wait for it', async () => {
  const api = clusterOf({ orchestrator: running, worker: running });
  api.startOutage(unavailable);
  const stop = new AbortController();
  const told: unknown[] = [];
  const tell: RunWatch['tell'] = (progress) => {
    told.push(progress);
    stop.abort();
  };
  expect(await waited(api, { signal: stop.signal, tell })).toBe('');
  expect(told).toEqual([{ kind: 'waiting', lines: ['the API server is away: connect ECONNREFUSED'] }]);
});

test('what waiting does not mend ends it at once', async () => {
  const api = clusterOf({ orchestrator: running, worker: running });
  api.failNext(kubeErrors.error('kube-forbidden', 'you may not'), 'list');
  await expect(waited(api)).rejects.toMatchObject({ code: 'kube-forbidden' });
});
