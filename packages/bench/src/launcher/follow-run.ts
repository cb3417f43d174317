import { Backoff, isPodlagError, pause } from '@podlag/core';
import { join } from 'node:path';
import { benchErrors } from '../bench-errors';
import type { RunStatus } from '../orchestrator/run-status';
import type { Manifest, RunPhase } from '../record/manifest';
import { lockRunFolder } from '../record/run-folder-lock';
import { FollowedFolder } from './followed-folder';
import type { LaunchedRun } from './launch-options';
import type { OrchestratorCalls } from './orchestrator-calls';
import { neverAborted } from './never-aborted';
import type { RunPod } from './objects/run-pod';
import { isThere, podStart } from './pod-start';
import { orchestratorPods, type RunWatch } from './run-start';

/** Where a run is read, and where it goes. */
export interface Following {
  readonly calls: OrchestratorCalls;
  /** Folder of runs on this machine. */
  readonly results: string;
}

/** How often the orchestrator is asked, milliseconds. */
const everyMs = 1_000;
/** How long somebody may be out of reach, milliseconds. */
const patienceMs = 120_000;
/** After an abort the orchestrator has so long to end; then what is here is what there is. */
const abortWithinMs = 20_000;

/** A run in the cluster, on its way to this machine. */
export class RunFollower {
  /** Of the run under way, as the folder has it. */
  #manifest: Manifest | undefined;
  /** How the run stood when that was read. */
  #standing: string | undefined;
  #abortedAt: number | undefined;

  constructor(
    private readonly watch: RunWatch,
    private readonly following: Following,
  ) {}

  /**
   * Brings the samples here while the run goes on, until its end. When the signal aborts, the run is aborted, and what was
   * measured is brought all the same.
   *
   * @throws PodlagError `run-aborted` when the orchestrator is lost; the folder then says so, and has what came before;
   *   `run-in-use` when another process follows it into the same folder; `invalid-run` for a folder of another plan
   */
  async follow(): Promise<LaunchedRun> {
    const manifest = await this.#readManifest();
    this.#manifest = manifest;
    const release = await lockRunFolder(this.#path);
    try {
      return await this.#follow(await this.#openFolder(manifest));
    } finally {
      await release();
    }
  }

  async #follow(folder: FollowedFolder): Promise<LaunchedRun> {
    const { calls } = this.following;
    try {
      await this.#untilEnd(folder);
      const manifest = await this.#readManifest();
      await folder.writeManifest(manifest);
      // So that it need not linger. Nothing is lost if it does: its Job is deleted.
      await calls.fetched().catch(() => undefined);
      return { run: this.watch.run, folder: folder.path, manifest };
    } catch (error) {
      await this.#leaveReadable(folder, error);
      throw error;
    }
  }

  async #openFolder(manifest: Manifest): Promise<FollowedFolder> {
    const folder = await FollowedFolder.open(this.following.results, manifest);
    this.watch.tell({ kind: 'folder', folder: folder.path });
    return folder;
  }

  get #path(): string {
    return join(this.following.results, this.watch.run);
  }

  #readManifest(): Promise<Manifest> {
    return this.#patiently(() => this.following.calls.manifest());
  }

  async #untilEnd(folder: FollowedFolder): Promise<void> {
    const { calls } = this.following;
    const { clock, signal, tell } = this.watch;
    for (;;) {
      if (signal.aborted) await this.#abort();
      const status = await this.#patiently(() => calls.status());
      tell({ kind: 'status', status });
      // After the status: with the end of the run all of its samples are there.
      await this.#fetchSamples(folder);
      if (!isUnderWay(status.phase)) return;
      await this.#keepManifest(folder, status);
      // Once interrupted, the signal cuts no pause short any more.
      await pause(clock, everyMs, this.#abortedAt === undefined ? signal : neverAborted());
    }
  }

  async #abort(): Promise<void> {
    const { clock } = this.watch;
    if (this.#abortedAt !== undefined) {
      if (clock.now() < this.#abortedAt + abortWithinMs) return;
      throw benchErrors.error('run-aborted', 'interrupted, and the orchestrator did not end in time');
    }
    this.#abortedAt = clock.now();
    await this.#patiently(() => this.following.calls.abort('the launcher was interrupted'));
  }

  async #fetchSamples(folder: FollowedFolder): Promise<void> {
    for (;;) {
      const samples = await this.#patiently(() => this.following.calls.samples(folder.samples));
      if (samples.length === 0) return;
      for (const sample of samples) await folder.append(sample);
    }
  }

  /** Should the orchestrator be lost, nobody else knows its workers, what it plans, and what it leaves out. */
  async #keepManifest(folder: FollowedFolder, status: RunStatus): Promise<void> {
    const standing = standingOf(status);
    if (standing === this.#standing) return;
    const manifest = await this.#readManifest();
    // That it is over is said when all of its samples are here.
    if (!isUnderWay(manifest.phase)) return;
    await folder.writeManifest(manifest);
    this.#manifest = manifest;
    this.#standing = standing;
  }

  /** The folder says that it is not the whole, and why. */
  async #leaveReadable(folder: FollowedFolder, error: unknown): Promise<void> {
    if (this.#manifest === undefined || !isPodlagError(error)) return;
    const { code, detail, hint } = error;
    const { clock, signal } = this.watch;
    await folder.writeManifest({
      ...this.#manifest,
      ...(goesOn(error, signal)
        ? { phase: 'running' }
        : { phase: 'aborted', endedAt: new Date(clock.now()).toISOString() }),
      problem: { code, detail, hint },
    });
  }

  /** Over what passes by itself: an API server that starts again, an orchestrator that does not listen yet. */
  async #patiently<T>(ask: () => Promise<T>): Promise<T> {
    const { clock, signal } = this.watch;
    const backoff = new Backoff({ firstMs: 250, mostMs: 5_000 });
    let end = clock.now() + patienceMs;
    for (;;) {
      try {
        return await ask();
      } catch (error) {
        if (!isPassing(error)) throw error;
        await this.#assertAlive();
        // Who wants to leave has less patience, from when it is heard.
        if (signal.aborted) end = Math.min(end, clock.now() + abortWithinMs);
        if (clock.now() >= end) throw error;
        await pause(clock, backoff.next(), signal.aborted ? neverAborted() : signal);
      }
    }
  }

  /** @throws PodlagError `run-aborted` when there is nobody any more who could answer */
  async #assertAlive(): Promise<void> {
    const pods = await orchestratorPods(this.watch).catch((error: unknown) => {
      if (isPassing(error)) return undefined;
      throw error;
    });
    const why = pods && lostBecause(pods, this.following.calls.pod.name);
    if (why === undefined) return;
    throw benchErrors.error('run-aborted', `the orchestrator of ${this.watch.run} is lost: ${why}`);
  }
}

const isUnderWay = (phase: RunPhase): boolean => phase === 'waiting' || phase === 'running';

/** With it the manifest changes by more than its counts. */
function standingOf({ phase, workers }: RunStatus): string {
  return [phase, ...workers.map(({ name, state }) => `${name} ${state}`)].join(', ');
}

/** Whether a run that cannot be followed goes on all the same: nobody has ended it, and its orchestrator is not lost. */
export function goesOn(error: unknown, signal: AbortSignal): boolean {
  return !signal.aborted && !isPodlagError(error, 'run-aborted');
}

/** Undefined while the pod is there. One that has come in its place has an empty folder: it is another run of the same name. */
function lostBecause(pods: readonly RunPod[], name: string): string | undefined {
  const own = pods.find(({ metadata }) => metadata.name === name);
  const start = own && podStart(own);
  if (start !== undefined && isThere(start)) return undefined;
  const why = start === undefined ? 'its pod is gone' : start.why;
  const successor = pods.find((pod) => pod !== own && isThere(podStart(pod)));
  return successor === undefined
    ? why
    : `${why}, and pod ${successor.metadata.name} in its place begins from zero`;
}

function isPassing(error: unknown): boolean {
  return ['kube-unavailable', 'kube-not-found', 'not-started'].some((code) => isPodlagError(error, code));
}
