import fc from 'fast-check';
import { portMasks } from './port-masks';

test.each([
  ['one port', { first: 2379, last: 2379 }, [[2379, 0xffff]]],
  ['an aligned block', { first: 8192, last: 16383 }, [[8192, 0xe000]]],
  [
    'a block between borders',
    { first: 20160, last: 20180 },
    [
      [20160, 0xfff0],
      [20176, 0xfffc],
      [20180, 0xffff],
    ],
  ],
  ['every port there is', { first: 0, last: 65535 }, [[0, 0]]],
])('%s', (_, range, expected) => {
  expect(portMasks(range).map(({ value, mask }) => [value, mask])).toEqual(expected);
});

test('the masks of a range cover its ports, once each, and no other; none can be joined with the next', () => {
  const port = fc.integer({ min: 0, max: 65535 });
  fc.assert(
    fc.property(port, port, (one, other) => {
      const [first, last] = [Math.min(one, other), Math.max(one, other)];
      const masks = portMasks({ first, last });
      const sizes = masks.map(({ mask }) => 0x10000 - mask);
      expect(masks[0]?.value).toBe(first);
      masks.forEach(({ value, mask }, index) => {
        expect(value & ~mask & 0xffff).toBe(0);
        expect(value + sizes[index]!).toBe(masks[index + 1]?.value ?? last + 1);
        const joined =
          masks[index + 1] && sizes[index] === sizes[index + 1] && value % (2 * sizes[index]!) === 0;
        expect(joined ?? false).toBe(false);
      });
    }),
    { numRuns: 500 },
  );
});
