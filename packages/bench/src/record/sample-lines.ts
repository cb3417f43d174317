import { benchErrors } from '../bench-errors';
import { recordedText, recordText } from './recorded';
import type { Sample } from './sample';
import { sampleSchema } from './sample-schema';
import { wholeLines } from './whole-lines';

/** A sample as it stands in its file. */
export interface PlacedSample {
  readonly sample: Sample;
  /** Where the next line begins, in bytes. */
  readonly end: number;
}

/**
 * A sample as its line, newline included: the newline is what says that the line is whole.
 *
 * @throws PodlagError `invalid-run` for what a reader would refuse: NaN, Infinity, a figure in a failed sample
 */
export function sampleLine(sample: Sample): string {
  return `${recordText(sampleSchema, sample, `sample ${sample.seq}`)}\n`;
}

/** One line of samples.ndjson, as of a file or of an answer. @throws PodlagError `invalid-run` */
export function parseSampleLine(line: string, where: string): Sample {
  return recordedText(sampleSchema, line, where);
}

/**
 * The samples of a file one by one, as far as it is written to the end: what is behind the last whole line was being written when
 * the writer died.
 *
 * @param file what it is called in errors
 * @throws PodlagError `invalid-run` for a whole line that is broken, or whose `seq` is not its place
 */
export async function* samplesIn(
  chunks: AsyncIterable<Uint8Array>,
  file: string,
): AsyncGenerator<PlacedSample> {
  let place = 0;
  for await (const { text, end } of wholeLines(chunks)) {
    const where = `${file}, line ${place + 1}`;
    const sample = parseSampleLine(text, where);
    if (sample.seq !== place) {
      throw benchErrors.error('invalid-run', `${where}: its seq is ${sample.seq}, and ${place} is its place`);
    }
    place += 1;
    yield { sample, end };
  }
}
