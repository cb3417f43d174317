import { once } from 'node:events';
import { isPodlagError } from '@podlag/core';
import { CleanUp } from '../cluster/clean-up';
import { bringUp } from './bring-up';
import { clusterErrors } from './cluster-errors';
import type { ClusterFiles } from './cluster-folder';
import { ClusterStateFile, readClusterState } from './cluster-state';
import { ownIdentity } from './process-identity';
import { recordedProgress } from './recorded-progress';
import { readSupervisorSpec } from './supervisor-spec';

/**
 * The parent of all that runs of a cluster, in the cluster's network namespace. It brings the cluster up, stays, and ends
 * everything in order when `signal` aborts; when it is killed, the kernel ends its children.
 *
 * @returns its exit status: 0 when it was told to end, 1 when the cluster did not come up, of which the file says why
 * @throws PodlagError `not-up` without a cluster's file
 */
export async function supervise(files: ClusterFiles, signal: AbortSignal): Promise<number> {
  const found = await readClusterState(files.state);
  if (found === undefined) throw clusterErrors.error('not-up', `There is no ${files.state}.`);
  const state = new ClusterStateFile(files.state, found);
  // Before anything runs: from now on `down` knows whom to end.
  const supervisor = await ownIdentity();
  await state.change(() => ({ supervisor }));
  const spec = await readSupervisorSpec(files.supervisorSpec);
  const cleanUp = new CleanUp();
  const progress = recordedProgress(state);
  const told = signal.aborted ? Promise.resolve() : once(signal, 'abort');
  try {
    await Promise.race([bringUp({ spec, files, state, progress, cleanUp, signal }), told]);
    if (!signal.aborted) {
      await state.change(() => ({ phase: { kind: 'ready', since: new Date().toISOString() } }));
    }
    await told;
    await state.note(() => ({ phase: { kind: 'stopping' } }));
    await cleanUp.run();
    return 0;
  } catch (error) {
    const { detail: reason, hint } = isPodlagError(error)
      ? error
      : clusterErrors.error('start-failed', String(error));
    // Before anything else can fail, so that this is what the user is told.
    await state.note(() => ({ phase: { kind: 'failed', reason, hint } }));
    process.stderr.write(`${reason}\n`);
    await cleanUp.run().catch((after: unknown) => process.stderr.write(`after that: ${String(after)}\n`));
    return 1;
  }
}
