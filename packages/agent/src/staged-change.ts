import type { Clock, Logger } from '@podlag/core';
import type { Applied, QdiscTree } from '@podlag/netem';
import { agentErrors } from './agent-errors';
import { Retry } from './retry';

/** A step of a change, and how long it is in force before the next one. */
export interface Stage {
  readonly tree: QdiscTree;
  readonly holdMs: number;
}

export interface StagedChangeParts {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Brings the next stage into force if `from` still is; undefined when another change has come between. */
  readonly enter: (tree: QdiscTree, from: QdiscTree) => Promise<Applied | undefined>;
  /** Aborted when the agent ends: who waits is told, and the next start goes on to the last stage. */
  readonly signal: AbortSignal;
}

/**
 * What follows the first stage of a change that keeps packets in order. Resolves when the last one is in force, or when
 * another change has gone on from the stage that was.
 *
 * @throws PodlagError `stopping`
 */
export async function laterStages(
  [current, ...later]: readonly Stage[],
  parts: StagedChangeParts,
): Promise<readonly Applied[]> {
  const [next] = later;
  if (current === undefined || next === undefined) return [];
  await passing(parts, current.holdMs);
  const applied = await entered(next, current, parts);
  return applied === undefined ? [] : [applied, ...(await laterStages(later, parts))];
}

/** Half a change is not left standing: what the kernel refuses now it is asked for again. */
async function entered(next: Stage, current: Stage, parts: StagedChangeParts): Promise<Applied | undefined> {
  const retry = new Retry(parts.logger, 'a stage of a drained change failed, trying again');
  for (;;) {
    try {
      return await parts.enter(next.tree, current.tree);
    } catch (error) {
      await passing(parts, retry.failed(error));
    }
  }
}

function passing({ clock, signal }: StagedChangeParts, ms: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      cancel();
      reject(agentErrors.error('stopping', 'the agent ended before the last stage of a drained change'));
    };
    const cancel = clock.after(ms, () => {
      signal.removeEventListener('abort', end);
      resolve();
    });
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });
}
