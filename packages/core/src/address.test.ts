import { isIP } from 'node:net';
import fc from 'fast-check';
import { addressWords, blockOf, printAddress, printBlock } from './address';
import { parseCidr } from './target';

test.each([
  ['10.0.0.7/8', '10.0.0.0/8'],
  ['255.255.255.255', '255.255.255.255/32'],
  ['1.2.3.4/0', '0.0.0.0/0'],
  ['fd00::1/8', 'fd00::/8'],
  ['::/0', '::/0'],
  ['::1', '::1/128'],
  ['2001:DB8:0:0:1:0:0:1', '2001:db8::1:0:0:1/128'],
  ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1/128'],
  ['64:ff9b::10.1.2.3', '64:ff9b::a01:203/128'],
  ['2001:db8:ffff:ffff::/33', '2001:db8:8000::/33'],
])('%s means %s', (text, meant) => {
  expect(printBlock(blockOf(parseCidr(text)))).toBe(meant);
});

test('a block is unsigned words with nothing beyond the prefix', () => {
  expect(blockOf(parseCidr('192.168.1.77/24'))).toEqual({ family: 4, words: [0xc0a80100], prefixLength: 24 });
  expect(blockOf(parseCidr('fd00:1:2:3:4:5:6:7/72')).words).toEqual([0xfd000001, 0x20003, 0, 0]);
});

const word = fc.oneof(fc.constantFrom(0, 1, 0x10000, 0xffffffff), fc.nat({ max: 0xffffffff }));
const addresses = fc.oneof(fc.tuple(word), fc.tuple(word, word, word, word));

test('what is printed is an address, and reads back to the same words', () => {
  fc.assert(
    fc.property(addresses, (words) => {
      const text = printAddress(words);
      expect(isIP(text)).toBe(words.length === 1 ? 4 : 6);
      expect(addressWords(text)).toEqual(words);
    }),
  );
});
