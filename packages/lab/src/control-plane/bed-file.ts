import { readFile, rename, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { TaskQueue } from '@podlag/core';
import { controlPlaneErrors } from './control-plane-errors';

/** The environment variable with the path of the bed's file, for whatever runs in it. */
export const bedVariable = 'PODLAG_APISERVER_BED';

/** A process of the bed. */
export interface BedProcess {
  readonly name: string;
  /** Undefined while there is none. */
  readonly pid: number | undefined;
  readonly log: string;
  readonly restarts: number;
}

/** A pod that has processes of its own. */
export interface BedPod {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly ip: string;
  /** Its network namespace: `ip netns exec NETNS COMMAND`. */
  readonly netns: string;
  /** Init containers too. */
  readonly containers: readonly BedProcess[];
}

/** All that a test may want to know of the bed that the API does not tell. */
export interface Bed {
  readonly url: string;
  readonly kubeconfig: string;
  /** `v1.36.3` */
  readonly version: string;
  /** Where the API server comes from. */
  readonly from: 'KUBEBUILDER_ASSETS' | 'cache';
  /** One JSON object a line (audit.k8s.io/v1 Event), for each pod that was created or changed. */
  readonly auditLog: string;
  readonly servers: readonly BedProcess[];
  readonly pods: readonly BedPod[];
}

/** Writes the bed's file anew each time; who reads it sees it whole. */
export class BedFile {
  readonly #queue = new TaskQueue();

  constructor(readonly path: string) {}

  async write(bed: Bed): Promise<void> {
    await this.#queue.run(async () => {
      const next = `${this.path}.next`;
      await writeFile(next, JSON.stringify(bed, undefined, 2));
      await rename(next, this.path);
    });
  }
}

/**
 * What the bed is like now.
 *
 * @param path the value of `PODLAG_APISERVER_BED`
 * @throws PodlagError `no-bed`
 */
export async function readBed(path: string | undefined): Promise<Bed> {
  if (path === undefined) throw controlPlaneErrors.error('no-bed', `${bedVariable} is not set.`);
  return JSON.parse(await readFile(path, 'utf8')) as Bed;
}

/**
 * Waits until `find` sees in the bed what it looks for.
 *
 * @throws PodlagError `bed-not-ready` when that takes longer than `timeoutMs`
 */
export async function waitForBed<T>(
  path: string | undefined,
  find: (bed: Bed) => T | undefined,
  timeoutMs = 20_000,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const found = find(await readBed(path));
    if (found !== undefined) return found;
    if (performance.now() > deadline) {
      throw controlPlaneErrors.error('bed-not-ready', `Not within ${timeoutMs / 1000} s: ${String(find)}`);
    }
    await delay(50);
  }
}
