import { isPodlagError } from '@podlag/core';
import { join } from 'node:path';
import { benchErrors } from '../bench-errors';
import type { Manifest } from '../record/manifest';
import { readManifest, readRun } from '../record/run';
import { RunFolder } from '../record/run-folder';
import type { Sample } from '../record/sample';

/** The folder to which a run is brought. Its manifest counts the samples that are in it, and not those that are still to come. */
export class FollowedFolder {
  #failed: number;

  private constructor(
    private readonly folder: RunFolder,
    failed: number,
  ) {
    this.#failed = failed;
  }

  /**
   * A new one in `results`; or the one of this run that is there already, which is gone on with: its launcher has died.
   *
   * @throws PodlagError `invalid-run` for a folder of another plan, or one that cannot be read
   */
  static async open(results: string, manifest: Manifest): Promise<FollowedFolder> {
    try {
      return new FollowedFolder(await RunFolder.create(results, { ...manifest, samples: 0, failed: 0 }), 0);
    } catch (error) {
      if (!isPodlagError(error, 'invalid-run')) throw error;
    }
    const path = join(results, manifest.run);
    assertSamePlan(path, await readManifest(path), manifest);
    const folder = await RunFolder.reopen(path);
    const { samples } = await readRun(path, { rawOutput: false });
    return new FollowedFolder(folder, samples.filter(isFailed).length);
  }

  get path(): string {
    return this.folder.path;
  }

  /** How many samples are there, which is the `seq` of the next. */
  get samples(): number {
    return this.folder.samples;
  }

  /** @throws PodlagError as `RunFolder.append` */
  async append(sample: Sample): Promise<void> {
    await this.folder.append(sample);
    if (isFailed(sample)) this.#failed += 1;
  }

  /** With the counts of what is here. @throws PodlagError `invalid-run` */
  writeManifest(manifest: Manifest): Promise<void> {
    return this.folder.writeManifest({ ...manifest, samples: this.samples, failed: this.#failed });
  }
}

const isFailed = ({ status }: Sample): boolean => status !== 'ok';

/** @throws PodlagError `invalid-run` for samples of an orchestrator that is not there any more */
function assertSamePlan(path: string, kept: Manifest, now: Manifest): void {
  if (kept.seed === now.seed && kept.startedAt === now.startedAt) return;
  throw benchErrors.error(
    'invalid-run',
    `${path} is of an orchestrator that began at ${kept.startedAt} with seed ${kept.seed}; its pod was replaced, and the new one began at ${now.startedAt} with seed ${now.seed}`,
    { hint: 'Two plans make no run: move the folder away, or give another one with --results.' },
  );
}
