import { endRun } from './end-run';
import { goesOn, RunFollower, type Following } from './follow-run';
import type { LaunchedRun } from './launch-options';
import { runObjectName } from './run-name';
import type { RunNamespace } from './run-namespace';
import type { RunWatch } from './run-start';

/**
 * Follows a run, and takes it away when it is over. One that goes on though it cannot be followed stays, for it has the only
 * copy of what was not fetched; then it is said how to attach to it.
 *
 * @throws PodlagError `run-in-use`, and as `RunFollower.follow`
 */
export async function followToEnd(
  watch: RunWatch,
  following: Following,
  namespace: RunNamespace,
): Promise<LaunchedRun> {
  let isOver = true;
  try {
    return await new RunFollower(watch, following).follow();
  } catch (error) {
    isOver = !goesOn(error, watch.signal);
    throw error;
  } finally {
    if (isOver) await endRun({ ...watch, namespace });
    else tellThatItGoesOn(watch);
  }
}

function tellThatItGoesOn({ tell, namespace, run }: RunWatch): void {
  const sentence =
    `run ${run} goes on in the cluster, and keeps what it measures: podlag bench attach ${run} -n ${namespace}. ` +
    `To end it without its results: kubectl delete job -n ${namespace} ${runObjectName(run)}`;
  tell({ kind: 'told', sentence });
}
