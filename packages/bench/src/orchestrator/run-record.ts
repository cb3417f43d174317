import { isDeepStrictEqual } from 'node:util';
import type { Manifest } from '../record/manifest';
import type { Run } from '../record/run';
import type { RunFolder } from '../record/run-folder';
import { RunMetrics } from './run-metrics';
import { RunPlan, type RunPlanParts } from './run-plan';
import type { SampleLog } from './sample-log';
import type { UnplacedSample } from './trial-sample';

const ended: readonly Manifest['phase'][] = ['finished', 'aborted', 'failed'];

/** Whether nothing more will be measured in a run of that phase. */
export function isOver(phase: Manifest['phase']): boolean {
  return ended.includes(phase);
}

/** What a record is kept with. */
export interface RunRecordParts extends Omit<RunPlanParts, 'seed'> {
  readonly folder: RunFolder;
}

/** What a run has come to, in its folder and in memory. The folder is first: nothing is told that is not on the disk. */
export class RunRecord {
  readonly plan: RunPlan;
  readonly metrics: RunMetrics;
  /** When the first trial of all began, milliseconds since the epoch; undefined in a run that is new. */
  readonly firstStartedMs: number | undefined;
  #manifest: Manifest;

  private constructor(
    private readonly folder: RunFolder,
    readonly log: SampleLog,
    { manifest, plan, metrics, firstStartedMs }: Found,
  ) {
    this.#manifest = manifest;
    this.plan = plan;
    this.metrics = metrics;
    this.firstStartedMs = firstStartedMs;
  }

  /** Goes on with what a folder has. @throws PodlagError `cannot-place`, `invalid-scenario` */
  static of({ manifest, samples }: Run, log: SampleLog, parts: RunRecordParts): RunRecord {
    const plan = new RunPlan({ ...parts, seed: manifest.seed });
    const counts = (): Counts => ({ planned: plan.planned, done: plan.done, failed: plan.failed });
    const metrics = new RunMetrics({ uses: manifest.uses, counts });
    for (const sample of samples) {
      plan.add(sample);
      metrics.add(sample);
    }
    const [first] = samples;
    const firstStartedMs = first && Date.parse(first.startedAt);
    return new RunRecord(parts.folder, log, { manifest, plan, metrics, firstStartedMs });
  }

  /** As it is now. */
  get manifest(): Manifest {
    const { planned, done, failed } = this.plan;
    return { ...this.#manifest, planned, samples: done, failed };
  }

  /** @returns why its cell needs no more of them, when that is so from now on */
  async append(unplaced: UnplacedSample): Promise<string | undefined> {
    const sample = await this.log.append(unplaced);
    this.metrics.add(sample);
    return this.plan.add(sample);
  }

  /** Resolves when it is on the disk, with the counts as they are by now. Nothing is written where nothing changes. */
  async change(change: Partial<Manifest>): Promise<void> {
    const before = this.#manifest;
    this.#manifest = { ...before, ...change };
    if (!isDeepStrictEqual(before, this.#manifest)) await this.folder.writeManifest(this.manifest);
  }
}

type Counts = Readonly<Record<'planned' | 'done' | 'failed', number>>;

interface Found {
  readonly manifest: Manifest;
  readonly plan: RunPlan;
  readonly metrics: RunMetrics;
  readonly firstStartedMs: number | undefined;
}
