import { Readable } from 'node:stream';
import { wholeLines } from './whole-lines';

const linesOf = (...pieces: readonly string[]): Promise<readonly unknown[]> =>
  Readable.from(wholeLines(Readable.from(pieces.map((piece) => Buffer.from(piece))))).toArray();

test('a line goes over as many pieces as it likes, and one piece has as many lines as it likes', async () => {
  expect(await linesOf('a', 'bc', 'd\ne\n\nf', '\n')).toEqual([
    { text: 'abcd', end: 5 },
    { text: 'e', end: 7 },
    { text: '', end: 8 },
    { text: 'f', end: 10 },
  ]);
});

test('what has no newline is no line', async () => {
  expect(await linesOf('a\nb')).toEqual([{ text: 'a', end: 2 }]);
  expect(await linesOf('b')).toEqual([]);
  expect(await linesOf()).toEqual([]);
});

// JSON.stringify leaves these as they are, and readline ends a line at them.
test('nothing but a newline ends a line', async () => {
  const text = JSON.stringify('\u{2028}\u{2029}\u{85}');
  expect(await linesOf(`${text}\r\n`)).toEqual([{ text: `${text}\r`, end: Buffer.byteLength(text) + 2 }]);
});
