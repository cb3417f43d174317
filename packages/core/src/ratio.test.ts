import fc from 'fast-check';
import { Ratio } from './ratio';

test.each([
  ['1%', 0.01, '1%'],
  ['0.01', 0.01, '1%'],
  [0.01, 0.01, '1%'],
  ['0.1%', 0.001, '0.1%'],
  ['100%', 1, '100%'],
  ['1', 1, '100%'],
  ['0', 0, '0%'],
  ['33.3333333%', 0.333333333, '33.3333333%'],
])('%p is the fraction %p', (text, fraction, printed) => {
  expect(Ratio.parse(text).fraction).toBe(fraction);
  expect(Ratio.parse(text).toString()).toBe(printed);
});

test.each([
  ['-1%'],
  ['101%'],
  ['abc'],
  [''],
  ['1%;reboot'],
  ['1 %'],
  ['NaN'],
  [NaN],
  [1e-12],
  [null],
  ['٥%'],
])('%p is refused', (input) => {
  expect(() => Ratio.parse(input, 'loss.ratio')).toThrow(
    expect.objectContaining({ code: 'invalid-ratio', field: 'loss.ratio' }),
  );
});

test('5 without a percent sign is asked back, not taken for 500 %', () => {
  expect(() => Ratio.parse(5)).toThrow(expect.objectContaining({ hint: expect.stringContaining('5%?') }));
});

test('what is printed parses to the same value', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e9 }), (parts) => {
      const ratio = Ratio.ofFraction(parts / 1e9);
      expect(Ratio.parse(ratio.toString()).partsPerBillion).toBe(ratio.partsPerBillion);
    }),
  );
});
