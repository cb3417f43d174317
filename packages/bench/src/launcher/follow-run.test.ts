import { kubeErrors, type KubeApi } from '@podlag/kube';
import { FakeKubeApi } from '@podlag/kube/testing';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Manifest } from '../record/manifest';
import { readManifest, readRun } from '../record/run';
import { failedSample, workerRecord } from '../record/testing';
import { RunFollower } from './follow-run';
import { partLabel, runLabels } from './objects/run-labels';
import { runPods } from './objects/run-pod';
import { OrchestratorCalls } from './orchestrator-calls';
import type { RunWatch } from './run-start';
import { hurriedClock } from './testing/hurried-clock';
import { measured, ScriptedOrchestrator } from './testing/scripted-orchestrator';

const run = 'x-20261120-120000-ab12';
const manifest: Manifest = {
  ...{ version: 1, run, phase: 'running', startedAt: '2026-11-20T12:00:00.000Z', seed: 1, scenario: {} },
  ...{ uses: [], workers: [], leftOut: [], planned: 2, samples: 0, failed: 0, asked: {} },
};

let results: string;
beforeEach(async () => void (results = await mkdtemp(join(tmpdir(), 'podlag-follow-'))));
afterEach(() => rm(results, { recursive: true }));

/** Follows a run of which nobody tells any more after its manifest. @returns after how many seconds it is given up */
async function givenUpAfter(interrupt: (asked: number) => boolean): Promise<number> {
  const clock = hurriedClock();
  const begun = clock.now();
  const stop = new AbortController();
  let asked = 0;
  const away = (): Promise<never> => {
    asked += 1;
    if (interrupt(asked)) stop.abort('SIGINT');
    return Promise.reject(kubeErrors.error('kube-unavailable', 'nobody answers'));
  };
  const calls = { manifest: () => Promise.resolve(manifest), status: away, abort: away };
  const watch = {
    ...{ api: { list: away } as unknown as KubeApi, clock, run, namespace: 'bench' },
    ...{ signal: stop.signal, tell: () => undefined },
  };
  const follower = new RunFollower(watch, { calls: calls as unknown as OrchestratorCalls, results });
  await expect(follower.follow()).rejects.toMatchObject({ code: 'kube-unavailable' });
  return (clock.now() - begun) / 1_000;
}

test('an API server that is away is waited for two minutes; the folder says why there is no more, though the run goes on', async () => {
  const seconds = await givenUpAfter(() => false);
  expect(seconds).toBeGreaterThanOrEqual(120);
  expect(seconds).toBeLessThan(130);
  expect(await readManifest(join(results, run))).toMatchObject({
    ...{ phase: 'running', problem: { code: 'kube-unavailable' } },
  });
});

test('Ctrl-C meanwhile is heard: then no more than twenty seconds', async () => {
  const seconds = await givenUpAfter((asked) => asked === 3);
  expect(seconds).toBeGreaterThanOrEqual(20);
  expect(seconds).toBeLessThan(30);
  expect(await readManifest(join(results, run))).toMatchObject({ phase: 'aborted' });
});

const pod = { namespace: 'bench', name: `bench-${run}-x` };

/** Follows a run. Each time that it has said how it stands the next step happens, and then nothing more. */
function followed(orchestrator: ScriptedOrchestrator, steps: readonly ((api: FakeKubeApi) => void)[]) {
  const api = new FakeKubeApi();
  const labels = { ...runLabels(run), [partLabel]: 'orchestrator' };
  api.seed(runPods, { metadata: { ...pod, labels }, status: { phase: 'Running' } });
  api.onPodProxy = (_, request) => orchestrator.answer(request);
  const stop = new AbortController();
  const left = [...steps];
  const watch: RunWatch = {
    ...{ api, clock: hurriedClock(), signal: stop.signal, namespace: 'bench', run },
    tell: ({ kind }) => kind === 'status' && left.shift()?.(api),
  };
  const following = { calls: new OrchestratorCalls(api, pod, 'token'), results };
  return { stop, end: () => new RunFollower(watch, following).follow() };
}

const nothing = (): void => undefined;
const evicted = (api: FakeKubeApi): void => api.remove(runPods, pod);
const killed = (): never => {
  throw new Error('killed');
};
const here = [workerRecord, { ...workerRecord, name: 'pw-1' }];
const one = { ...workerRecord, name: 'pw-1', lost: 'its connection has ended' };

/** Its workers come, it measures, and loses a worker. */
function lifeOf(orchestrator: ScriptedOrchestrator): readonly (() => void)[] {
  orchestrator.phase = 'waiting';
  return [
    nothing,
    () => void Object.assign(orchestrator, { phase: 'running', workers: here }),
    () => void (orchestrator.samples = [measured(run, 0), failedSample({ run, seq: 1 })]),
    nothing,
    () => void (orchestrator.workers = [workerRecord, one]),
    () => void (orchestrator.samples = [...orchestrator.samples, failedSample({ run, seq: 2 })]),
    nothing,
  ];
}

const whatIsKnown = {
  ...{ phase: 'aborted', samples: 3, failed: 2, problem: { code: 'run-aborted' } },
  workers: [{ name: 'pw-0' }, { name: 'pw-1', lost: 'its connection has ended' }],
};

test('the folder of a run whose orchestrator is evicted has its workers as they were, and counts what has failed', async () => {
  const orchestrator = new ScriptedOrchestrator(run);
  const { end } = followed(orchestrator, [...lifeOf(orchestrator), evicted]);
  await expect(end()).rejects.toMatchObject({ code: 'run-aborted' });
  expect(await readManifest(join(results, run))).toMatchObject(whatIsKnown);
});

test('so has that of one which is interrupted, and does not end in time', async () => {
  const orchestrator = new ScriptedOrchestrator(run, nothing);
  const { stop, end } = followed(orchestrator, [...lifeOf(orchestrator), () => stop.abort()]);
  await expect(end()).rejects.toMatchObject({
    detail: 'interrupted, and the orchestrator did not end in time',
  });
  expect(await readManifest(join(results, run))).toMatchObject(whatIsKnown);
});

test('the manifest is read when the phase or a worker has changed, and no oftener', async () => {
  const orchestrator = new ScriptedOrchestrator(run);
  const { end } = followed(orchestrator, [...lifeOf(orchestrator), nothing, nothing, evicted]);
  await expect(end()).rejects.toThrow();
  // To begin with, as it waits, as it runs, and without a worker.
  expect(orchestrator.calls.filter((call) => call === 'GET /v1/manifest')).toHaveLength(4);
});

test('a launcher that is killed leaves the workers too', async () => {
  const orchestrator = new ScriptedOrchestrator(run);
  await expect(followed(orchestrator, [...lifeOf(orchestrator), killed]).end()).rejects.toThrow('killed');
  expect(await readManifest(join(results, run))).toMatchObject({
    ...{ phase: 'running', workers: whatIsKnown.workers },
  });
});

test('in a folder that is gone on with, what was there before counts too', async () => {
  const orchestrator = new ScriptedOrchestrator(run);
  const life = lifeOf(orchestrator);
  await expect(followed(orchestrator, [...life, killed]).end()).rejects.toThrow('killed');
  await expect(followed(orchestrator, [nothing, evicted]).end()).rejects.toMatchObject({
    code: 'run-aborted',
  });
  expect(await readManifest(join(results, run))).toMatchObject(whatIsKnown);
});

test('the end of a run is not said before all of its samples are here', async () => {
  const orchestrator = new ScriptedOrchestrator(run);
  // It ends when it has said that it runs, and its launcher is killed.
  const ending = (): void => void Object.assign(orchestrator, { phase: 'finished' });
  await expect(followed(orchestrator, [ending, killed]).end()).rejects.toThrow('killed');
  expect(await readManifest(join(results, run))).toMatchObject({ phase: 'running' });
});

test('at the end the folder has the counts of all that came', async () => {
  const orchestrator = new ScriptedOrchestrator(run);
  const { end } = followed(orchestrator, [
    ...lifeOf(orchestrator),
    () => void (orchestrator.phase = 'finished'),
  ]);
  const { folder } = await end();
  const { manifest, samples } = await readRun(folder);
  expect(samples).toHaveLength(3);
  expect(manifest).toMatchObject({ phase: 'finished', samples: 3, failed: 2 });
});
