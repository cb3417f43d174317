import { isPodlagError, systemClock } from '@podlag/core';
import { neverAborted } from './never-aborted';
import { benchErrors } from '../bench-errors';
import { endRun } from './end-run';
import { followToEnd } from './follow-to-end';
import type { Launch, LaunchedRun } from './launch-options';
import { makeOwned, makeOwner, wantsAgents, type LaunchPlan } from './make-run';
import { OrchestratorCalls } from './orchestrator-calls';
import { defaultNamespace, planRun, planWorkers } from './plan-run';
import { RunNamespace } from './run-namespace';
import { waitForPods, type RunWatch } from './run-start';

/**
 * Runs a scenario on a cluster, from the namespace to a folder with the results on this machine, and takes away what it has
 * made, however it ends. Should this process die, or be unable to follow it, the Job's deadline and ttl do that; until then
 * `attach` goes on.
 *
 * @throws PodlagError `cannot-place`, `invalid-scenario`, `not-started`, `fault-failed` where no agents come, `run-aborted` when interrupted before
 *   anything could be measured, or when the orchestrator is lost, `run-in-use`; what the API server refuses
 */
export async function launch(launch: Launch): Promise<LaunchedRun> {
  const { api, options, signal = neverAborted(), clock = systemClock } = launch;
  const tell = launch.progress ?? ((): void => undefined);
  const workers = await planWorkers(launch);
  const plan = await planRun(launch, workers, clock);
  const { run } = plan.context;
  const namespace = new RunNamespace(api, options.namespace ?? defaultNamespace, clock, (sentence) =>
    tell({ kind: 'told', sentence }),
  );
  const watch: RunWatch = { api, clock, signal, tell, namespace: namespace.name, run };
  const calls = await started(watch, plan, namespace);
  return followToEnd(watch, { calls, results: options.results }, namespace);
}

/** What has not started has nothing to keep. */
async function started(
  watch: RunWatch,
  plan: LaunchPlan,
  namespace: RunNamespace,
): Promise<OrchestratorCalls> {
  const { scenario, workers } = plan;
  const hostNetwork = workers.some(({ network }) => network === 'host');
  // Outside: nothing of this run is there yet, and an empty namespace may be of one that is about to make its Job.
  await namespace.ensure({ agents: wantsAgents(scenario), hostNetwork }, watch.signal);
  try {
    return await start(watch, plan);
  } catch (error) {
    await endRun({ ...watch, namespace });
    throw error;
  }
}

/** Makes everything and waits until it runs. */
async function start(watch: RunWatch, plan: LaunchPlan): Promise<OrchestratorCalls> {
  const { api, namespace, run, signal, tell } = watch;
  assertGoesOn(signal);
  const owned = await makeOwner(watch, plan);
  tell({ kind: 'named', run, namespace });
  const token = await makeOwned(watch, plan, owned);
  const callsOf = (name: string): OrchestratorCalls => new OrchestratorCalls(api, { namespace, name }, token);
  const name = await waitForPods(watch, {
    count: plan.workers.length + 1,
    withinMs: plan.context.startWithin.milliseconds,
    hasBegun: (orchestrator) => hasBegun(callsOf(orchestrator)),
  });
  assertGoesOn(signal);
  return callsOf(name);
}

async function hasBegun(calls: OrchestratorCalls): Promise<boolean> {
  try {
    return (await calls.status()).phase !== 'waiting';
  } catch (error) {
    // It listens a moment after its pod runs; and who cannot be asked is waited for.
    if (isPodlagError(error)) return false;
    throw error;
  }
}

function assertGoesOn(signal: AbortSignal): void {
  if (!signal.aborted) return;
  throw benchErrors.error('run-aborted', 'interrupted before anything was measured', {
    hint: 'Nothing is left in the cluster; run it again.',
  });
}
