import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { RunFolder } from '../record/run-folder';
import { samplesFile } from '../record/run';
import type { Sample } from '../record/sample';
import { wholeLines } from '../record/whole-lines';
import type { UnplacedSample } from './trial-sample';

/** An answer holds whole lines of at most so many bytes together, and one line at least: an API server hands them on. */
const mostAnswerBytes = 4 << 20;

/** The samples of a run: written by one, read by others from any place on. Their outputs stay on the disk. */
export class SampleLog {
  /** Where each sample's line ends in the file, in bytes. */
  readonly #ends: number[] = [];

  private constructor(private readonly folder: RunFolder) {}

  /** Goes on after what the folder has. */
  static async of(folder: RunFolder): Promise<SampleLog> {
    const log = new SampleLog(folder);
    for await (const { end } of wholeLines(createReadStream(log.#file))) log.#ends.push(end);
    return log;
  }

  get count(): number {
    return this.#ends.length;
  }

  /** Resolves when it is on the disk. One after another: its place is the next. */
  async append(unplaced: UnplacedSample): Promise<Sample> {
    const sample: Sample = { ...unplaced, seq: this.count };
    await this.folder.append(sample);
    this.#ends.push((await stat(this.#file)).size);
    return sample;
  }

  /** Lines from that `seq` on, not necessarily all: whoever wants more asks again. */
  linesFrom(seq: number): Readable {
    const start = seq === 0 ? 0 : this.#ends[seq - 1];
    const end = this.#lastEndFrom(seq, start ?? 0);
    if (start === undefined || end === undefined) return Readable.from([]);
    return createReadStream(this.#file, { start, end: end - 1 });
  }

  #lastEndFrom(seq: number, start: number): number | undefined {
    const within = this.#ends.findLast((end, index) => index >= seq && end - start <= mostAnswerBytes);
    return within ?? this.#ends[seq];
  }

  get #file(): string {
    return join(this.folder.path, samplesFile);
  }
}
