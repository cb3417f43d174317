import { Duration } from '@podlag/core';
import {
  configMaps,
  jobs,
  kubeErrors,
  namespaces,
  secrets,
  services,
  type KubeObject,
  type Resource,
} from '@podlag/kube';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readRun } from '../record/run';
import { lockRunFolder } from '../record/run-folder-lock';
import { parseScenario } from '../scenario/scenario-document';
import { attach } from './attach';
import { launch } from './launch';
import type { LaunchProgress } from './launch-progress';
import { managedByLabel } from './objects/run-labels';
import { runPods, type RunPod } from './objects/run-pod';
import { hurriedClock } from './testing/hurried-clock';
import { measured, ScriptedOrchestrator } from './testing/scripted-orchestrator';
import { TwoNodeCluster, type ClusterOptions } from './testing/two-node-cluster';

// Real processes and sockets: what they take depends on who else uses the machine.
jest.retryTimes(1, { logErrorsBeforeRetry: true });

let results: string;
beforeEach(async () => void (results = await mkdtemp(join(tmpdir(), 'launch-'))));
afterEach(() => rm(results, { recursive: true }));

const slow = { name: 'slow', side: 'client', faults: [{ name: 'slow', delay: { time: '20ms' } }] };
const scenario = (more: object = {}) => parseScenario({ name: 'x', benchmarks: ['probe-tcp-rr'], ...more });

/** One that has measured all at once. */
const finished = (run: string): ScriptedOrchestrator => {
  const orchestrator = new ScriptedOrchestrator(run);
  orchestrator.samples = [measured(run, 0), measured(run, 1)];
  orchestrator.phase = 'finished';
  return orchestrator;
};

/** One that is asked for in vain: it goes on until somebody ends it. */
const endless = (run: string): ScriptedOrchestrator => {
  const orchestrator = new ScriptedOrchestrator(run);
  orchestrator.samples = [measured(run, 0)];
  return orchestrator;
};

/** One whose workers have not come. */
const unbegun = (run: string): ScriptedOrchestrator => {
  const orchestrator = new ScriptedOrchestrator(run);
  orchestrator.phase = 'waiting';
  return orchestrator;
};

function launched(options: ClusterOptions = {}, more: object = {}, signal?: AbortSignal) {
  const cluster = new TwoNodeCluster({ orchestrator: finished, ...options });
  const told: LaunchProgress[] = [];
  const progress = (one: LaunchProgress) => void told.push(one);
  const outcome = (on?: (one: LaunchProgress) => void) =>
    launch({
      ...{ api: cluster.api, clock: hurriedClock(), scenario: scenario(more) },
      options: { image: 'podlag-bench:1', results, startWithin: Duration.parse('1ms') },
      ...(signal && { signal }),
      progress: (one) => (progress(one), on?.(one)),
    });
  return { cluster, told, outcome };
}

const all = (cluster: TwoNodeCluster, kind: Resource<KubeObject>) => cluster.fake.list(kind, {});

test('a run comes to this machine, sample by sample, and its orchestrator is told that it may end', async () => {
  const { cluster, outcome } = launched();
  const { folder, manifest } = await outcome();
  expect(manifest.phase).toBe('finished');
  expect((await readRun(folder)).samples).toHaveLength(2);
  expect(cluster.orchestrator?.calls.at(-1)).toBe('POST /v1/fetched');
});

test('afterwards neither the Job is there, which owns all else, nor the namespace', async () => {
  const { cluster, outcome } = launched();
  await outcome();
  expect(await all(cluster, jobs)).toEqual([]);
  expect(await all(cluster, namespaces)).toEqual([]);
});

test('everything but the Job belongs to the Job, and all is of one namespace', async () => {
  const { cluster, outcome } = launched({}, { paths: ['pod', 'service'], conditions: [slow] });
  let job: KubeObject | undefined;
  await outcome((one) => {
    if (one.kind === 'named')
      job = cluster.fake.stored(jobs, { namespace: one.namespace, name: `bench-${one.run}` });
  });
  const owned = (
    await Promise.all([secrets, configMaps, services, runPods].map((kind) => all(cluster, kind)))
  ).flat();
  expect(owned).toHaveLength(3 + 1 + 3 + 3);
  for (const { metadata } of owned.filter(({ metadata: { name } }) => !name.endsWith('-x'))) {
    expect(metadata).toMatchObject({
      namespace: 'podlag-bench',
      ownerReferences: [{ kind: 'Job', uid: job?.metadata.uid }],
    });
  }
});

test('the Job has a deadline from its start and a ttl from its end, so that it ends without a launcher', async () => {
  const { cluster, outcome } = launched({}, { budget: '10m' });
  let spec: unknown;
  await outcome((one) => {
    if (one.kind === 'named')
      ({ spec } = cluster.fake.stored(jobs, { namespace: one.namespace, name: `bench-${one.run}` }));
  });
  // Budget 10m, a trial of 26 s and its cool-down, start 1ms, linger 10m, and 2m.
  expect(spec).toMatchObject({ activeDeadlineSeconds: 1347, ttlSecondsAfterFinished: 60 });
  expect(spec).not.toHaveProperty('suspend');
});

test('a trial that begins at the end of the budget is within the Job’s deadline', async () => {
  const use = { benchmark: 'probe-tcp-rr', duration: '1h', warmUp: '10m' };
  const { cluster, outcome } = launched({}, { budget: '75m', benchmarks: [use] });
  let spec: { readonly activeDeadlineSeconds?: number } | undefined;
  await outcome((one) => {
    if (one.kind === 'named')
      ({ spec } = cluster.fake.stored(jobs, { namespace: one.namespace, name: `bench-${one.run}` }));
  });
  expect(spec?.activeDeadlineSeconds).toBeGreaterThan((75 + 70 + 10) * 60);
});

/** What the orchestrator's container is told. */
async function variablesOf({ cluster, outcome }: ReturnType<typeof launched>): Promise<unknown> {
  let job: unknown;
  await outcome((one) => {
    if (one.kind === 'named')
      job = cluster.fake.stored(jobs, { namespace: one.namespace, name: `bench-${one.run}` });
  });
  const { spec } = job as { spec: { template: { spec: { containers: [{ env: unknown }] } } } };
  return spec.template.spec.containers[0].env;
}

test('the orchestrator waits for workers as long as their pods may take', async () => {
  expect(await variablesOf(launched())).toContainEqual({
    name: 'PODLAG_WORKERS_WITHIN',
    value: '1ms',
  });
});

test('a scenario that these nodes cannot do ends before anything is made', async () => {
  const { cluster, outcome } = launched({ zones: ['a', 'b'] });
  await expect(outcome()).rejects.toMatchObject({
    code: 'cannot-place',
    detail: expect.stringContaining('no zone has two nodes with workers'),
  });
  expect(await all(cluster, namespaces)).toEqual([]);
});

test.each<[string, RunPod['status']]>([
  ['does not come', { phase: 'Pending' }],
  ['was let go already', { phase: 'Succeeded' }],
])('what was measured comes here though a worker %s', async (_, workerStatus) => {
  const { outcome } = launched({ workerStatus });
  const { folder, manifest } = await outcome();
  expect(manifest.phase).toBe('finished');
  expect((await readRun(folder)).samples).toHaveLength(2);
});

test('a worker that does not come is waited for a while longer than the orchestrator does, which goes on without it', async () => {
  const { cluster, outcome } = launched({ orchestrator: unbegun, workerStatus: { phase: 'Pending' } });
  let looked = 0;
  const { manifest } = await outcome((one) => {
    const { orchestrator } = cluster;
    if (one.kind !== 'waiting' || orchestrator === undefined || (looked += 1) < 25) return;
    orchestrator.phase = 'finished';
  });
  expect(manifest.phase).toBe('finished');
});

test('each worker has its own key and no other’s, and no pod has a token for the API', async () => {
  const { cluster, outcome } = launched();
  await outcome();
  const keys = (await all(cluster, secrets)).map(
    (one) => (one as { data?: Record<string, string> }).data?.['tls.key'],
  );
  expect(new Set(keys).size).toBe(3);
  for (const { spec } of (await all(cluster, runPods)) as readonly RunPod[]) {
    if (spec !== undefined) expect(spec).toMatchObject({ automountServiceAccountToken: false });
  }
});

test('without conditions no agent is wanted, and the namespace is as narrow as can be', async () => {
  const { cluster, outcome } = launched();
  let labels: unknown;
  await outcome((one) => {
    if (one.kind === 'named')
      ({ labels } = cluster.fake.stored(namespaces, { name: one.namespace }).metadata);
  });
  expect(labels).toMatchObject({ 'pod-security.kubernetes.io/enforce': 'restricted' });
  expect(labels).not.toHaveProperty('sidecar-injection');
  const workers = (await all(cluster, runPods)).filter(({ metadata: { name } }) => !name.endsWith('-x'));
  expect(workers.map(({ metadata }) => metadata.annotations)).toEqual(
    workers.map(() => ({ 'podlag.io/inject': 'false' })),
  );
});

test('with conditions the orchestrator learns where each agent is', async () => {
  const { cluster, outcome } = launched({}, { conditions: [slow] });
  await outcome();
  const [config] = (await all(cluster, configMaps)) as readonly { data?: Record<string, string> }[];
  expect(JSON.parse(config?.data?.['workers.json'] ?? '')).toEqual([
    expect.objectContaining({
      name: 'node-1',
      agent: { host: expect.stringMatching(/^10\.0\.0\./), port: 2332 },
    }),
    expect.objectContaining({ name: 'node-2' }),
  ]);
});

test('with conditions and no injector it ends at once, says what to do, and leaves nothing', async () => {
  const { cluster, outcome } = launched({ injects: false }, { conditions: [slow] });
  const failing = outcome();
  await expect(failing).rejects.toMatchObject({
    code: 'fault-failed',
    hint: expect.stringContaining('podlag check'),
  });
  expect(await all(cluster, jobs)).toEqual([]);
});

test('a namespace of somebody else’s stays, and stays as it is', async () => {
  const { cluster, outcome } = launched();
  const before = cluster.fake.seed(namespaces, {
    metadata: { name: 'podlag-bench', labels: { team: 'net' } },
  });
  await outcome();
  expect(cluster.fake.stored(namespaces, { name: 'podlag-bench' })).toEqual(before);
});

test.each([
  ['PersistentVolumeClaim', 'v1', 'persistentvolumeclaims'],
  ['NetworkPolicy', 'networking.k8s.io/v1', 'networkpolicies'],
  ['Role', 'rbac.authorization.k8s.io/v1', 'roles'],
  ['RoleBinding', 'rbac.authorization.k8s.io/v1', 'rolebindings'],
])('one in which somebody has put a %s stays', async (kind, apiVersion, plural) => {
  const { cluster, outcome } = launched();
  await outcome((one) => {
    if (one.kind !== 'named') return;
    const metadata = { namespace: one.namespace, name: 'bench-results' };
    cluster.fake.seed({ kind, apiVersion, plural, namespaced: true }, { metadata });
  });
  expect(await all(cluster, namespaces)).toHaveLength(1);
});

test('one in which another run is at work stays too', async () => {
  const { cluster, outcome } = launched();
  await outcome((one) => {
    if (one.kind !== 'named') return;
    cluster.fake.seed(jobs, { metadata: { namespace: one.namespace, name: 'bench-other' } });
  });
  expect(cluster.fake.stored(namespaces, { name: 'podlag-bench' }).metadata.labels).toBeDefined();
});

test('what fails before anything of a run is made takes nothing away: another may be about to make its Job', async () => {
  const { cluster, outcome } = launched({}, { conditions: [slow] });
  const labels = { [managedByLabel.name]: managedByLabel.value };
  cluster.fake.seed(namespaces, { metadata: { name: 'podlag-bench', labels } });
  cluster.fake.failNext(kubeErrors.error('kube-forbidden', 'you may not'), 'patch');
  await expect(outcome()).rejects.toMatchObject({ code: 'kube-forbidden' });
  expect(await all(cluster, namespaces)).toHaveLength(1);
});

test('an API server that is away while pods start does not end the run', async () => {
  const { cluster, outcome } = launched();
  const away = kubeErrors.error('kube-unavailable', 'connect ECONNREFUSED');
  const { manifest } = await outcome((one) => one.kind === 'named' && cluster.fake.failNext(away, 'list'));
  expect(manifest.phase).toBe('finished');
});

test('nor one that is away when the orchestrator is asked whether it has begun', async () => {
  const { cluster, outcome } = launched({ workerStatus: { phase: 'Pending' } });
  const away = kubeErrors.error('kube-unavailable', 'connect ECONNREFUSED');
  const { manifest } = await outcome((one) => one.kind === 'named' && cluster.fake.failNext(away, 'get'));
  expect(manifest.phase).toBe('finished');
});

test('pods that do not run fail with what each waits for, and nothing is left', async () => {
  const waiting = { reason: 'ErrImageNeverPull', message: 'not present' };
  const containerStatuses = [{ name: 'worker', ready: false, restartCount: 0, state: { waiting } }];
  const { cluster, outcome } = launched({
    ...{ orchestrator: unbegun, workerStatus: { phase: 'Pending', containerStatuses } },
  });
  await expect(outcome()).rejects.toMatchObject({
    code: 'not-started',
    detail: expect.stringMatching(/pod bench-node-1-.*: worker: ErrImageNeverPull: not present/),
  });
  expect(await all(cluster, jobs)).toEqual([]);
});

test('interrupted, it has the run aborted, keeps what was measured, and cleans up', async () => {
  const stop = new AbortController();
  const { cluster, outcome } = launched({ orchestrator: endless }, {}, stop.signal);
  const { folder, manifest } = await outcome((one) => one.kind === 'status' && stop.abort());
  expect(manifest.phase).toBe('aborted');
  expect((await readRun(folder)).samples).toHaveLength(1);
  expect(cluster.orchestrator?.calls).toContain('POST /v1/abort');
  expect(await all(cluster, jobs)).toEqual([]);
});

test('interrupted before anything runs, it cleans up and says so', async () => {
  const stop = new AbortController();
  const { cluster, outcome } = launched({}, {}, stop.signal);
  await expect(outcome((one) => one.kind === 'named' && stop.abort())).rejects.toMatchObject({
    code: 'run-aborted',
  });
  expect(await all(cluster, jobs)).toEqual([]);
});

test('an orchestrator that is lost ends the run, and the folder says that it is not the whole', async () => {
  const { cluster, outcome } = launched({ orchestrator: endless });
  let folder = '';
  const failing = outcome((one) => {
    if (one.kind === 'folder') ({ folder } = one);
    if (one.kind !== 'status') return;
    const ref = { namespace: 'podlag-bench', name: `bench-${one.status.run}-x` };
    cluster.fake.remove(runPods, ref);
  });
  await expect(failing).rejects.toMatchObject({
    code: 'run-aborted',
    detail: expect.stringContaining('its pod is gone'),
  });
  expect((await readRun(folder)).manifest).toMatchObject({
    phase: 'aborted',
    problem: { code: 'run-aborted' },
  });
});

test('a run whose launcher has died is gone on with in the folder that it has begun', async () => {
  const cluster = new TwoNodeCluster({ orchestrator: endless });
  let run = '';
  const first = launch({
    ...{ api: cluster.api, clock: hurriedClock(), scenario: scenario(), options: { image: 'i', results } },
    progress: (one) => {
      if (one.kind === 'named') ({ run } = one);
      if (one.kind === 'status') throw new Error('killed');
    },
  });
  await expect(first).rejects.toThrow('killed');
  const { orchestrator } = cluster;
  if (orchestrator === undefined) throw new Error('no orchestrator was made');
  orchestrator.samples = [measured(run, 0), measured(run, 1)];
  orchestrator.phase = 'finished';
  const { folder } = await attach(run, { api: cluster.api, options: { results } });
  expect((await readRun(folder)).samples.map(({ seq }) => seq)).toEqual([0, 1]);
  expect(await all(cluster, jobs)).toEqual([]);
});

/** A run whose launcher fails as soon as it has heard how it stands. */
async function unfollowed(error: Error) {
  const { cluster, told, outcome } = launched({ orchestrator: endless });
  const failing = outcome((one) => {
    if (one.kind === 'status') throw error;
  });
  await expect(failing).rejects.toThrow(error.message);
  const { orchestrator } = cluster;
  if (orchestrator === undefined) throw new Error('no orchestrator was made');
  return { cluster, told, orchestrator };
}

test.each([
  ['a full disk', new Error('ENOSPC')],
  ['a missing right', kubeErrors.error('kube-forbidden', 'get pods/proxy: not allowed')],
])(
  '%s does not end the run, whose samples are nowhere else, and it is said how to go on',
  async (_, error) => {
    const { cluster, told, orchestrator } = await unfollowed(error);
    expect(await all(cluster, jobs)).toHaveLength(1);
    expect(told.at(-1)).toMatchObject({
      kind: 'told',
      sentence: expect.stringContaining(
        `goes on in the cluster, and keeps what it measures: podlag bench attach ${orchestrator.run} -n podlag-bench`,
      ),
    });
  },
);

test('the folder of such a run says why there is no more in it, and not that the run is over', async () => {
  const { orchestrator } = await unfollowed(kubeErrors.error('kube-forbidden', 'not allowed'));
  const { manifest } = await readRun(join(results, orchestrator.run));
  expect(manifest).toMatchObject({ phase: 'running', problem: { code: 'kube-forbidden' } });
  expect(manifest).not.toHaveProperty('endedAt');
});

test('a run that another process follows into this folder is not followed twice', async () => {
  const { cluster, orchestrator } = await unfollowed(new Error('killed'));
  const release = await lockRunFolder(join(results, orchestrator.run));
  orchestrator.phase = 'finished';
  await expect(attach(orchestrator.run, { api: cluster.api, options: { results } })).rejects.toMatchObject({
    code: 'run-in-use',
  });
  expect(await all(cluster, jobs)).toHaveLength(1);
  await release();
  const { manifest } = await attach(orchestrator.run, { api: cluster.api, options: { results } });
  expect(manifest.phase).toBe('finished');
});

test('an orchestrator whose pod was replaced is lost: the new one begins from zero', async () => {
  const { cluster, outcome } = launched({ orchestrator: endless });
  const failing = outcome((one) => {
    if (one.kind !== 'status') return;
    const ref = { namespace: 'podlag-bench', name: `bench-${one.status.run}-x` };
    const pod = cluster.fake.stored(runPods, ref);
    cluster.fake.remove(runPods, ref);
    cluster.fake.seed(runPods, { ...pod, metadata: { ...pod.metadata, name: `bench-${one.status.run}-y` } });
  });
  await expect(failing).rejects.toMatchObject({
    code: 'run-aborted',
    detail: expect.stringMatching(/its pod is gone, and pod bench-\S+-y in its place begins from zero/),
  });
  expect(await all(cluster, jobs)).toEqual([]);
});

test('what a replaced orchestrator has measured is not mixed with what the new one measures', async () => {
  const { cluster, orchestrator } = await unfollowed(new Error('killed'));
  orchestrator.startedAt = '2026-11-20T12:30:00.000Z';
  orchestrator.phase = 'finished';
  await expect(attach(orchestrator.run, { api: cluster.api, options: { results } })).rejects.toMatchObject({
    ...{ code: 'invalid-run', detail: expect.stringContaining('its pod was replaced') },
    hint: expect.stringContaining('--results'),
  });
  expect((await readRun(join(results, orchestrator.run))).manifest.startedAt).toBe(
    '2026-11-20T12:00:00.000Z',
  );
  const elsewhere = join(results, 'elsewhere');
  const { folder } = await attach(orchestrator.run, { api: cluster.api, options: { results: elsewhere } });
  expect((await readRun(folder)).samples).toHaveLength(1);
  expect(await all(cluster, jobs)).toEqual([]);
});

test.each([
  ['as the scenario says', { seed: 7 }, /^7$/],
  ['drawn', {}, /^[0-9]+$/],
])('the Job has the seed, %s: who takes its orchestrator’s place plans alike', async (_, more, seed) => {
  expect(await variablesOf(launched({}, more))).toContainEqual({
    name: 'PODLAG_SEED',
    value: expect.stringMatching(seed),
  });
});

test('a run that is not there cannot be attached to', async () => {
  const { api } = new TwoNodeCluster();
  await expect(attach('x-20261120-120000-aaaa', { api, options: { results } })).rejects.toMatchObject({
    code: 'run-not-found',
  });
});
