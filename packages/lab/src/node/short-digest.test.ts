import { shortDigest } from './short-digest';

const digest = shortDigest(['a', ['b', 'c'], 493]);

test('a digest is that of the same things, wherever it is made', () => {
  expect(digest).toMatch(/^[0-9a-f]{8}$/);
  expect(shortDigest(['a', ['b', 'c'], 493])).toBe(digest);
});

test.each([
  ['one more', ['a', ['b', 'c'], 493, '']],
  ['others', ['a', ['b', 'd'], 493]],
  ['the same in another order', ['a', ['c', 'b'], 493]],
  ['the same, grouped otherwise', ['a', ['b'], 'c', 493]],
])('a digest of %s is another', (_, inputs) => {
  expect(shortDigest(inputs)).not.toBe(digest);
});
