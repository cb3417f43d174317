import { createReadStream } from 'node:fs';
import { appendFile, mkdir, open, rename, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TaskQueue } from '@podlag/core';
import { benchErrors } from '../bench-errors';
import type { Manifest } from './manifest';
import { manifestSchema } from './manifest-schema';
import { recordText } from './recorded';
import { isAbsent, manifestFile, readManifest, samplesFile } from './run';
import type { Sample } from './sample';
import { sampleLine, samplesIn } from './sample-lines';

/** The folder into which one process writes a run. What it has confirmed is there after a crash. */
export class RunFolder {
  readonly #writes = new TaskQueue();
  #count: number;
  #bytes: number;

  private constructor(
    readonly path: string,
    { count, bytes }: { readonly count: number; readonly bytes: number },
  ) {
    this.#count = count;
    this.#bytes = bytes;
  }

  /**
   * A new folder in `parent`, which is made where it is not there, with the run's name. One that a crash has left before there
   * was a manifest in it is taken.
   *
   * @throws PodlagError `invalid-run` when a run of that name is there already
   */
  static async create(parent: string, manifest: Manifest): Promise<RunFolder> {
    const text = manifestText(manifest);
    const path = join(parent, manifest.run);
    await mkdir(parent, { recursive: true });
    await mkdir(path).catch(async (error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      if (await isUnbegun(path)) return;
      throw benchErrors.error('invalid-run', `${path} is there already`, {
        hint: 'A run is never written over: give this one another name, or move the folder away.',
      });
    });
    await writeFile(join(path, samplesFile), '', { flush: true });
    const folder = new RunFolder(path, { count: 0, bytes: 0 });
    await folder.#writeManifest(text);
    return folder;
  }

  /**
   * A folder whose writer has died: a line that was not written to its end is cut off, and its trial is to be done again.
   *
   * @throws PodlagError `run-not-found`, `invalid-run`
   */
  static async reopen(path: string): Promise<RunFolder> {
    await readManifest(path);
    const file = join(path, samplesFile);
    // To who reads a run, one without this file has no samples yet.
    await appendFile(file, '');
    let [count, bytes] = [0, 0];
    for await (const { end } of samplesIn(createReadStream(file), file)) {
      count += 1;
      bytes = end;
    }
    await truncate(file, bytes);
    return new RunFolder(path, { count, bytes });
  }

  /** How many samples are there, which is the `seq` of the next. */
  get samples(): number {
    return this.#count;
  }

  /**
   * Resolves when the line is on the disk. Lines come to stand in the order of the calls.
   *
   * @throws PodlagError `invalid-run` for a sample that a reader would refuse, or that is not the next; nothing is written then
   */
  append(sample: Sample): Promise<void> {
    return this.#writes.run(() => this.#append(sample));
  }

  async #append(sample: Sample): Promise<void> {
    if (sample.seq !== this.#count) {
      throw benchErrors.error(
        'invalid-run',
        `sample ${sample.seq} of ${sample.run} is not the next, which is ${this.#count}`,
      );
    }
    const line = sampleLine(sample);
    const file = join(this.path, samplesFile);
    try {
      await appendFile(file, line, { flush: true });
    } catch (error) {
      // A full disk takes half a line, and the next would go on in it.
      await truncate(file, this.#bytes);
      throw error;
    }
    this.#count += 1;
    this.#bytes += Buffer.byteLength(line);
  }

  /** Atomic: a reader finds the old manifest or the new one. @throws PodlagError `invalid-run` */
  writeManifest(manifest: Manifest): Promise<void> {
    return this.#writes.run(async () => this.#writeManifest(manifestText(manifest)));
  }

  async #writeManifest(text: string): Promise<void> {
    const file = join(this.path, manifestFile);
    await writeFile(`${file}.new`, text, { flush: true });
    await rename(`${file}.new`, file);
    await persistNames(this.path);
  }
}

/** Samples are looked at too: those of a run whose manifest is lost are not written over either. */
async function isUnbegun(path: string): Promise<boolean> {
  if (!(await stat(path)).isDirectory()) return false;
  const [manifest, samples] = await Promise.all(
    [manifestFile, samplesFile].map((file) => sizeOf(join(path, file))),
  );
  return manifest === undefined && (samples ?? 0) === 0;
}

async function sizeOf(file: string): Promise<number | undefined> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

/** @throws PodlagError `invalid-run` */
function manifestText(manifest: Manifest): string {
  return `${recordText(manifestSchema, manifest, manifestFile, 2)}\n`;
}

/** A name is on the disk when its folder is: fsync(2). */
async function persistNames(folder: string): Promise<void> {
  const handle = await open(folder);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
