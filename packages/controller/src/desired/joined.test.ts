import { addressWords, blockOf, prefixMask, printCidr, type Cidr } from '@podlag/core';
import fc from 'fast-check';
import { joined } from './joined';

test.each([
  ['none', [], []],
  ['one', ['10.0.0.1'], ['10.0.0.1/32']],
  ['two halves of a block', ['10.0.0.2', '10.0.0.3'], ['10.0.0.2/31']],
  [
    'two neighbours that are not halves of one block',
    ['10.0.0.1', '10.0.0.2'],
    ['10.0.0.1/32', '10.0.0.2/32'],
  ],
  [
    'four in any order, one twice',
    ['10.0.0.7', '10.0.0.4', '10.0.0.6', '10.0.0.5', '10.0.0.4'],
    ['10.0.0.4/30'],
  ],
  ['both families', ['fd00::1', '10.0.0.1', 'fd00::'], ['10.0.0.1/32', 'fd00::/127']],
  [
    'the whole width of a word',
    ['fd00::1:0:0', 'fd00::ffff:ffff'],
    ['fd00::ffff:ffff/128', 'fd00::1:0:0/128'],
  ],
  ['the highest addresses', ['255.255.255.254', '255.255.255.255'], ['255.255.255.254/31']],
])('%s', (_, addresses, blocks) => {
  expect(joined(addresses).map(printCidr)).toEqual(blocks);
});

const ipv4 = fc.nat({ max: 63 }).map((last) => `10.0.0.${last}`);
const ipv6 = fc.nat({ max: 63 }).map((last) => `fd00::${last.toString(16)}`);

const isIn = (cidr: Cidr, address: string): boolean => {
  const { words, prefixLength } = blockOf(cidr);
  const own = addressWords(address);
  return (
    own.length === words.length &&
    own.every((word, at) => (word & prefixMask(prefixLength, at)) >>> 0 === words[at])
  );
};

test('the blocks cover exactly the addresses, each once, and no two could be one', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(ipv4, ipv6), { maxLength: 80 }), (addresses) => {
      const blocks = joined(addresses);
      const all = Array.from({ length: 66 }, (_, last) => [
        `10.0.0.${last}`,
        `fd00::${last.toString(16)}`,
      ]).flat();
      for (const address of all) {
        expect(blocks.filter((block) => isIn(block, address))).toHaveLength(
          addresses.includes(address) ? 1 : 0,
        );
      }
      const size = blocks.reduce(
        (sum, { family, prefixLength }) => sum + 2 ** ((family === 4 ? 32 : 128) - prefixLength),
        0,
      );
      expect(size).toBe(new Set(addresses).size);
      expect(joined(addresses.toReversed())).toEqual(blocks);
    }),
  );
});
