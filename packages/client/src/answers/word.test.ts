import { nameWord, word } from './word';

test.each([
  ['a word', word, 1_024],
  ['a name', nameWord, 253],
])('%s is kept whole up to what is kept of it, and cut beyond, with a sign of it', (_, schema, most) => {
  const whole = 'x'.repeat(most);
  expect(schema.parse(whole)).toBe(whole);
  expect(schema.parse(`${whole}y`)).toBe(`${'x'.repeat(most - 1)}…`);
});

test('of a character that is cut through nothing is kept that is no text', () => {
  expect(word.parse(`${'x'.repeat(1_022)}😀😀`).isWellFormed()).toBe(true);
});
