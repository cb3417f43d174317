import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { quote } from '@podlag/core';
import { benchErrors } from '../bench-errors';
import type { Manifest } from './manifest';
import { manifestSchema } from './manifest-schema';
import { recordedText } from './recorded';
import type { Sample } from './sample';
import { samplesIn } from './sample-lines';

/** The files of a run's folder. */
export const manifestFile = 'manifest.json';
export const samplesFile = 'samples.ndjson';

/** All that is known of a run. */
export interface Run {
  readonly manifest: Manifest;
  /** In order of `seq`, which is their place. */
  readonly samples: readonly Sample[];
}

/** How much of a run is read. */
export interface ReadOptions {
  /**
   * Whether each sample has what its tool wrote. That is most of a run by far, and nothing that summarises or compares looks at
   * it. Default true; without it `stdout` and `stderr` are empty.
   */
  readonly rawOutput?: boolean;
}

/**
 * Reads a run's folder. A last line that was not written to its end is left out; a run may have no samples yet.
 *
 * @throws PodlagError `run-not-found` where there is no manifest; `invalid-run` with the line's number for a broken one, and for
 *   files that cannot be read
 */
export async function readRun(folder: string, { rawOutput = true }: ReadOptions = {}): Promise<Run> {
  const manifest = await readManifest(folder);
  const file = join(folder, samplesFile);
  const samples: Sample[] = [];
  try {
    for await (const { sample } of samplesIn(createReadStream(file), file)) {
      assertOfRun(manifest, sample, file);
      samples.push(rawOutput ? sample : withoutOutput(sample));
    }
  } catch (error) {
    if (!isAbsent(error)) throw readError(error, file);
  }
  return { manifest, samples };
}

function assertOfRun({ run }: Manifest, sample: Sample, file: string): void {
  if (sample.run === run) return;
  throw benchErrors.error(
    'invalid-run',
    `${file}, line ${sample.seq + 1}: it is of run ${quote(sample.run)}, the manifest of ${quote(run)}`,
  );
}

function withoutOutput(sample: Sample): Sample {
  return { ...sample, raw: { ...sample.raw, stdout: '', stderr: '' } };
}

/** @throws PodlagError `run-not-found`; `invalid-run`, also for one that is there and cannot be read */
export async function readManifest(folder: string): Promise<Manifest> {
  const file = join(folder, manifestFile);
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (!isAbsent(error)) throw readError(error, file);
    throw benchErrors.error('run-not-found', `${folder} has no ${manifestFile}`);
  });
  return recordedText(manifestSchema, text, file);
}

/** What the system has against reading `file`, for people. Any other error as it is. */
export function readError(error: unknown, file: string): unknown {
  const { errno, code } = error as NodeJS.ErrnoException;
  if (typeof errno !== 'number' || code === undefined) return error;
  return benchErrors.error('invalid-run', `${file} cannot be read: ${code}`, {
    hint: 'See what it is, and who may read it: ls -ld.',
    cause: error,
  });
}

/** Whether a file could not be read because it, or a folder on its way, is not there. */
export function isAbsent(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  return code === 'ENOENT' || code === 'ENOTDIR';
}
