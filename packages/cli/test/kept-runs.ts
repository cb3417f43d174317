import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RunFolder, type Manifest, type Run, type Sample } from '@podlag/bench';
import { runWith } from '@podlag/bench/testing';

/** What is to be different in a sample of a run that is kept; `ms` is its round trip. */
export type KeptSample = Partial<Sample> & { readonly ms?: number };

/** A folder of runs, each written as a run is. */
export class KeptRuns {
  readonly results = mkdtempSync(join(tmpdir(), 'podlag-results-'));

  /** Writes a run, and gives what stands in it. */
  async keep(run: string, samples: readonly KeptSample[], manifest: Partial<Manifest> = {}): Promise<Run> {
    const made = runWith(
      samples.map(({ ms, ...sample }) => ({
        run,
        ...(ms !== undefined && { values: { round_trip_median: ms / 1000, transactions: 1000 / ms } }),
        ...sample,
      })),
      { run, scenario: { name: 'cross-node' }, ...manifest },
    );
    const folder = await RunFolder.create(this.results, made.manifest);
    for (const sample of made.samples) await folder.append(sample);
    return made;
  }

  /** The line with this folder. */
  line(words: string): string {
    return `${words} --results ${this.results}`;
  }

  remove(): Promise<void> {
    return rm(this.results, { recursive: true });
  }
}

/** As many round trips around so many milliseconds, 1 % apart, one a block. */
export function roundTrips(ms: number, count: number, like: KeptSample = {}): readonly KeptSample[] {
  return Array.from({ length: count }, (_, block) => ({ ms: ms * (1 + 0.01 * (block % 3)), block, ...like }));
}
