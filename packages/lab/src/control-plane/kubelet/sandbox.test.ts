import { sandboxOf } from './sandbox';

test.each([
  [0, '10.99.1.1'],
  [253, '10.99.1.254'],
  [254, '10.99.2.1'],
  [254 * 254 - 1, '10.99.254.254'],
])('pod %i is at %s, and never at the address of the node', (index, ip) => {
  expect(sandboxOf(index).ip).toBe(ip);
});

test('a bed that is full says so', () => {
  expect(() => sandboxOf(254 * 254)).toThrow('room for 64516 pods');
});
