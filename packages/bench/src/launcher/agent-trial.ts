import { agentPortOf } from '@podlag/client';
import { pause, type Clock } from '@podlag/core';
import type { KubeApi } from '@podlag/kube';
import { benchErrors } from '../bench-errors';
import { accepted } from './accepted';
import { runPods, type RunPod } from './objects/run-pod';

/** Injector and API server learn of a namespace's new label a moment later. */
const heardWithinMs = 10_000;

/**
 * The port of the agent that the pod would get. The API server asks its webhooks and makes nothing: better one error now
 * than a run that fails at its first fault.
 *
 * @throws PodlagError `fault-failed` when it would get none
 */
export async function agentPortFor(
  api: Pick<KubeApi, 'apply'>,
  pod: RunPod,
  clock: Clock,
  signal: AbortSignal,
): Promise<number> {
  const end = clock.now() + heardWithinMs;
  for (;;) {
    const options = { fieldManager: 'podlag-bench', dryRun: true };
    const port = agentPortOf(await accepted(clock, () => api.apply(runPods, pod, options)));
    if (port !== undefined) return port;
    if (clock.now() >= end || signal.aborted) break;
    await pause(clock, 500, signal);
  }
  throw benchErrors.error(
    'fault-failed',
    `the scenario has conditions, and a worker in namespace ${pod.metadata.namespace ?? ''} gets no agent: the injector is not installed, or leaves it alone`,
    { hint: 'Run: podlag check; without conditions, a scenario needs no agents.' },
  );
}
