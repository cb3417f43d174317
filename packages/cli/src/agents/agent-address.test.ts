import * as fc from 'fast-check';
import { parseAgentAddress, printAgentAddress } from './agent-address';

test.each([
  ['10.1.2.3', '10.1.2.3', 2332],
  ['10.1.2.3:80', '10.1.2.3', 80],
  ['pd-0.shop:2400', 'pd-0.shop', 2400],
  ['fd00::7', 'fd00::7', 2332],
  ['[fd00::7]:80', 'fd00::7', 80],
])('%s is an agent', (text, host, port) => {
  expect(parseAgentAddress(text)).toEqual({ kind: 'address', host, port });
});

test.each(['', ':80', 'a:0', 'a:65536', 'http://a', '[10.1.2.3]:80', 'a b'])('%j is none', (text) => {
  expect(() => parseAgentAddress(text)).toThrow('HOST');
});

test('what is printed is read again', () => {
  const host = fc.oneof(fc.ipV4(), fc.ipV6(), fc.constant('pd-0.shop'));
  fc.assert(
    fc.property(host, fc.integer({ min: 1, max: 65_535 }), (name, port) => {
      const address = { kind: 'address', host: name, port } as const;
      expect(parseAgentAddress(printAgentAddress(address))).toEqual(address);
    }),
  );
});
