import { kubeErrors, type KubeApi } from '@podlag/kube';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Manifest } from '../record/manifest';
import { readManifest } from '../record/run';
import { RunFollower } from './follow-run';
import type { OrchestratorCalls } from './orchestrator-calls';
import { hurriedClock } from './testing/hurried-clock';

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
