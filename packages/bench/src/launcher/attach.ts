import { systemClock } from '@podlag/core';
import { neverAborted } from './never-aborted';
import { jobs, secrets, type KubeApi } from '@podlag/kube';
import { benchErrors } from '../bench-errors';
import { followToEnd } from './follow-to-end';
import type { LaunchedRun, LaunchOptions, LaunchParts } from './launch-options';
import { httpTokenKey } from './objects/run-secrets';
import { OrchestratorCalls } from './orchestrator-calls';
import { defaultNamespace } from './plan-run';
import { runObjectName } from './run-name';
import { RunNamespace } from './run-namespace';
import { isThere, podStart } from './pod-start';
import { orchestratorPods, type RunWatch } from './run-start';

/** What attaching needs: the run's image and its life are settled. */
export interface Attach extends Omit<LaunchParts, 'options'> {
  readonly options: Pick<LaunchOptions, 'namespace' | 'results'>;
}

/**
 * Goes on with a run whose launcher has died: in the folder that it has begun, where that is on this machine, or in a new one.
 * As with `launch`, everything is taken away at the end.
 *
 * @throws PodlagError `run-not-found`, `invalid-run` for a folder of an orchestrator whose pod was replaced, and as `launch`
 */
export async function attach(run: string, parts: Attach): Promise<LaunchedRun> {
  const { api, options, signal = neverAborted(), clock = systemClock } = parts;
  const tell = parts.progress ?? ((): void => undefined);
  const namespace = new RunNamespace(api, options.namespace ?? defaultNamespace, clock, (sentence) =>
    tell({ kind: 'told', sentence }),
  );
  const watch: RunWatch = { api, clock, signal, tell, namespace: namespace.name, run };
  const token = await tokenOf(api, namespace.name, run);
  const pods = await orchestratorPods(watch);
  // Of one that was replaced the old pod may still be listed.
  const pod = pods.find((one) => isThere(podStart(one))) ?? pods[0];
  if (pod === undefined) throw notThere(namespace.name, run, 'its orchestrator has no pod');
  const calls = new OrchestratorCalls(api, { namespace: namespace.name, name: pod.metadata.name }, token);
  return followToEnd(watch, { calls, results: options.results }, namespace);
}

async function tokenOf(api: KubeApi, namespace: string, run: string): Promise<string> {
  const ref = { namespace, name: runObjectName(run) };
  if ((await api.get(jobs, ref)) === undefined) throw notThere(namespace, run, `there is no Job ${ref.name}`);
  const value = (await api.get(secrets, ref))?.data?.[httpTokenKey];
  if (value === undefined) throw notThere(namespace, run, `there is no Secret ${ref.name}`);
  return Buffer.from(value, 'base64').toString('utf8');
}

function notThere(namespace: string, run: string, why: string): Error {
  return benchErrors.error('run-not-found', `no run ${run} in namespace ${namespace}: ${why}`, {
    hint: `See which there are: kubectl get jobs -n ${namespace} -l app.kubernetes.io/managed-by=podlag-bench`,
  });
}
