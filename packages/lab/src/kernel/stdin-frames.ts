import { Transform } from 'node:stream';

/** Bytes in one frame; its base64 stays below the 4095 that a terminal line may buffer. */
const frameBytes = 3000;

/** The line that says that no more will come. */
const endOfInput = '.\n';

/** Turns a stream of bytes into lines that a serial line can carry: base64, then a full stop at the end of the input. */
export function stdinFrames(): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      for (let from = 0; from < chunk.length; from += frameBytes) {
        this.push(`${chunk.subarray(from, from + frameBytes).toString('base64')}\n`);
      }
      done();
    },
    flush(done) {
      done(null, endOfInput);
    },
  });
}
