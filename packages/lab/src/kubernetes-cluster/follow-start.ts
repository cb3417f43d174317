import { setTimeout as delay } from 'node:timers/promises';
import { endOfLog } from '../control-plane/server-process';
import { clusterErrors } from './cluster-errors';
import type { ClusterFiles } from './cluster-folder';
import { readClusterState, type ClusterState } from './cluster-state';
import { StepLines } from './step-lines';

const lookAgainMs = 100;

/**
 * Tells what the supervisor does, from the cluster's file, and answers when the cluster is ready.
 *
 * @param ended answers when the supervisor has ended, with how: it may have, before anybody follows it
 * @throws PodlagError `start-failed` when it says that, or ends; whatever `signal` was aborted with
 */
export async function followStart(
  files: ClusterFiles,
  ended: Promise<string>,
  tell: (line: string) => void,
  signal: AbortSignal,
): Promise<ClusterState> {
  const lines = new StepLines();
  let end: string | undefined;
  void ended.then((how) => (end = how));
  for (;;) {
    signal.throwIfAborted();
    // Before the file is read: what it said last is in it then.
    const wasEnded = end;
    const state = await readClusterState(files.state);
    for (const line of lines.next(state?.steps ?? [])) tell(line);
    if (state?.phase.kind === 'ready') return state;
    if (state?.phase.kind === 'failed') {
      const { reason, hint } = state.phase;
      throw clusterErrors.error('start-failed', reason, { hint });
    }
    if (wasEnded !== undefined) {
      throw clusterErrors.error(
        'start-failed',
        `The supervisor ended (${wasEnded}). The end of its log:\n${await endOfLog(files.supervisorLog)}`,
      );
    }
    await delay(lookAgainMs);
  }
}
