import { isPodlagError } from '@podlag/core';
import { jobs, type KubeApi } from '@podlag/kube';
import type { LaunchProgress } from './launch-progress';
import type { RunNamespace } from './run-namespace';
import { runObjectName } from './run-name';

/** A run that is to leave nothing behind. */
export interface EndingRun {
  readonly api: KubeApi;
  readonly namespace: RunNamespace;
  readonly run: string;
  readonly tell: (progress: LaunchProgress) => void;
}

/** Takes the run's objects away, by the one that owns them all, and an empty namespace. What cannot be is said, with what becomes of it. */
export async function endRun(ending: EndingRun): Promise<void> {
  if (await deleteJob(ending)) await removeNamespace(ending);
}

/** @returns whether it is not there any more */
async function deleteJob({ api, namespace, run, tell }: EndingRun): Promise<boolean> {
  const ref = { namespace: namespace.name, name: runObjectName(run) };
  const told = (sentence: string): void => tell({ kind: 'told', sentence });
  try {
    const wasThere = await api.delete(jobs, ref, { propagation: 'Background' });
    if (wasThere) told(`Job ${ref.name} is deleted, and with it all objects of the run`);
    return true;
  } catch (error) {
    if (!isPodlagError(error)) throw error;
    told(
      `Job ${ref.name} could not be deleted: ${error.detail}. Its deadline and ttl do it; or: kubectl delete job -n ${ref.namespace} ${ref.name}`,
    );
    return false;
  }
}

async function removeNamespace({ namespace, run, tell }: EndingRun): Promise<void> {
  try {
    await namespace.removeIfEmpty(run);
  } catch (error) {
    if (!isPodlagError(error)) throw error;
    const sentence = `namespace ${namespace.name} stays: ${error.detail}. Where nothing else is in it: kubectl delete namespace ${namespace.name}`;
    tell({ kind: 'told', sentence });
  }
}
