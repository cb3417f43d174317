import fc from 'fast-check';
import type { Unit } from '../benchmark/benchmark';
import { figure, formatValue, scaleOf } from './scale';

test.each<[number | undefined, Unit, string]>([
  [0.000204, 's', '204 us'],
  [0.0000000123, 's', '12.3 ns'],
  [0.0009996, 's', '1.00 ms'],
  [0.0009994, 's', '999 us'],
  [0.0201234, 's', '20.1 ms'],
  [1, 's', '1.00 s'],
  [1234.5, 's', '1235 s'],
  [0, 's', '0 s'],
  [0, 'B/s', '0 bit/s'],
  [0, '1/s', '0 /s'],
  [0, 'ratio', '0 %'],
  [-0.002, 's', '-2.00 ms'],
  [117_625_000, 'B/s', '941 Mbit/s'],
  [1_250_000_000, 'B/s', '10.0 Gbit/s'],
  [0.125, 'B/s', '1.00 bit/s'],
  [12_345, '1/s', '12.3 k/s'],
  [204, '1/s', '204 /s'],
  [0.05, 'ratio', '5.00 %'],
  [1, 'ratio', '100 %'],
  [0.0000123, 'ratio', '0.00123 %'],
  [undefined, 's', '-'],
])('%s %s is %s', (value, unit, text) => {
  expect(formatValue(value, unit)).toBe(text);
});

test.each<[string, readonly number[], Unit, string]>([
  ['of figures of a like size their own', [0.000201, 0.000207], 's', 'us'],
  ['the smaller one, while the larger figure can be read', [0.000204, 0.0023], 's', 'us'],
  [
    'the larger one, where figures would be long and the smallest still shows',
    [0.000204, 0.020404],
    's',
    'ms',
  ],
  ['the smaller one all the same, where the smallest would not show', [0.00005, 0.02], 's', 'us'],
  ['that of the others, where one is 0', [0, 0.02], 's', 'ms'],
  ['the plain one, where there is nothing', [], 's', 's'],
])('one scale for a column is %s', (_, values, unit, name) => {
  expect(scaleOf(values, unit).name).toBe(name);
});

test.each<[number, string]>([
  [0.000204, '0.204'],
  [0.020404, '20.4'],
  [20.4041, '20404'],
])('in one scale, three digits and the whole part show: %d s in ms', (value, text) => {
  expect(figure(value, { name: 'ms', perUnit: 1000 })).toBe(text);
});

test('what is shown is the figure to half of its third digit', () => {
  const perName: Readonly<Record<string, number>> = { ns: 1e-9, us: 1e-6, ms: 1e-3, s: 1 };
  fc.assert(
    fc.property(fc.double({ min: 1e-9, max: 1e6, noNaN: true }), (value) => {
      const [shown = '', name = ''] = formatValue(value, 's').split(' ');
      expect(Math.abs(Number(shown) * perName[name]! - value) / value).toBeLessThanOrEqual(0.005000001);
      expect(shown.replace(/\D/g, '').replace(/^0+/, '').length).toBeGreaterThanOrEqual(3);
      expect(shown).not.toContain('e');
    }),
  );
});
