/** A line that is written to its end. */
export interface WholeLine {
  /** Without its newline. */
  readonly text: string;
  /** Where the next line begins, in bytes. */
  readonly end: number;
}

const newline = 0x0a;

/**
 * The lines of a file one by one, however long the file is: Node has no text of more than 512 MiB. Only a newline ends a line,
 * whereas readline also takes what JSON leaves as it is within a text (U+2028). What is behind the last newline is no line.
 */
export async function* wholeLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<WholeLine> {
  let begun: Uint8Array[] = [];
  let end = 0;
  for await (const chunk of chunks) {
    let from = 0;
    for (let at = chunk.indexOf(newline); at !== -1; at = chunk.indexOf(newline, from)) {
      const line = Buffer.concat([...begun, chunk.subarray(from, at)]);
      begun = [];
      end += line.length + 1;
      from = at + 1;
      yield { text: line.toString('utf8'), end };
    }
    begun.push(chunk.subarray(from));
  }
}
