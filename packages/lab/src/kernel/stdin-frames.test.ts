import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import { stdinFrames } from './stdin-frames';

const framesOf = async (chunks: readonly Uint8Array[]): Promise<readonly string[]> => {
  const said = await text(Readable.from(chunks.map((chunk) => Buffer.from(chunk))).pipe(stdinFrames()));
  return said.split('\n').slice(0, -1);
};

test('every byte comes out as it went in, then a full stop', async () => {
  const chunks = fc.array(fc.uint8Array({ minLength: 1, maxLength: 10_000 }), { maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(chunks, async (input) => {
      const frames = await framesOf(input);
      const output = frames.slice(0, -1).map((frame) => Buffer.from(frame, 'base64'));
      expect(Buffer.concat(output).equals(Buffer.concat(input))).toBe(true);
      expect(frames.at(-1)).toBe('.');
    }),
    { numRuns: 30 },
  );
});

test('no frame is longer than a terminal line may be', async () => {
  const frames = await framesOf([new Uint8Array(50_000)]);
  expect(Math.max(...frames.map((frame) => frame.length))).toBeLessThan(4095);
});
