import { Readable } from 'node:stream';
import { textWithin } from './bounded-text';

/** Two bytes of an ö in two parts. */
const parts = [Buffer.from([0x61, 0xc3]), Buffer.from([0xb6])];

test('a stream is read whole, and decoded when all of it is there', async () => {
  expect(await textWithin(Readable.from(parts), 3)).toBe('aö');
});

test('of one that is longer nothing is given, and it is not read on', async () => {
  const stream = Readable.from(parts);
  expect(await textWithin(stream, 2)).toBeUndefined();
  expect(stream.destroyed).toBe(true);
});
