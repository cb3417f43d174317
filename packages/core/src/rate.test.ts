import fc from 'fast-check';
import { Rate } from './rate';

test.each([
  ['10mbit', 10_000_000, '10mbit'],
  ['1.5gbit', 1_500_000_000, '1.5gbit'],
  ['512kibit', 524_288, '524.288kbit'],
  ['1000', 1000, '1kbit'],
  [10_000_000, 10_000_000, '10mbit'],
  ['8bit', 8, '8bit'],
  ['10Mbit', 10_000_000, '10mbit'],
  ['1tbit', 1e12, '1tbit'],
])('%p is %p bits per second', (text, bits, printed) => {
  expect(Rate.parse(text).bitsPerSecond).toBe(bits);
  expect(Rate.parse(text).toString()).toBe(printed);
});

test.each([
  ['0'],
  ['7bit'],
  ['-1mbit'],
  ['mbit'],
  ['10mbit;reboot'],
  ['10mbit\n'],
  ['NaN'],
  ['2tbit'],
  ['0.1bit'],
  ['9'.repeat(10_000)],
  [null],
  [1e30],
  ['١٠mbit'],
])('%p is refused, with a good value', (input) => {
  expect(() => Rate.parse(input, 'rate')).toThrow(
    expect.objectContaining({ code: 'invalid-rate', hint: expect.stringContaining('10mbit') }),
  );
});

test('10mbps is refused rather than guessed: tc means bytes by it, people mean bits', () => {
  expect(() => Rate.parse('10mbps')).toThrow(
    expect.objectContaining({ hint: expect.stringContaining('bytes') }),
  );
});

test('what is printed parses to the same value', () => {
  fc.assert(
    fc.property(fc.integer({ min: 8, max: 1e12 }), (bits) => {
      expect(Rate.parse(Rate.ofBitsPerSecond(bits).toString()).bitsPerSecond).toBe(bits);
    }),
  );
});
