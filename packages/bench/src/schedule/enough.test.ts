import { Ratio } from '@podlag/core';
import { enough } from './enough';

const rule = { halfWidth: Ratio.parse('5%'), atLeast: 5 };
const around = (middle: number, spread: number, count: number): readonly number[] =>
  Array.from({ length: count }, (_, index) => middle * (1 + spread * (index / (count - 1) - 0.5)));

test.each<[string, readonly number[], boolean, string]>([
  ['too few, however alike', [1, 1, 1, 1], false, '4 of at least 5 samples'],
  ['alike', [1, 1, 1, 1, 1], true, 'the median is known to ±0% after 5 samples, 5% is asked'],
  ['within 2 %', around(200e-6, 0.02, 6), true, 'after 6 samples'],
  ['4 % to either side, of which 5 are allowed', around(200e-6, 0.08, 6), true, 'after 6 samples'],
  ['far apart', around(200e-6, 1, 6), false, 'after 6 samples, 5% is asked'],
  ['far apart, but many', around(200e-6, 0.5, 400), true, 'after 400 samples'],
  ['all nothing', [0, 0, 0, 0, 0], true, 'the median is 0 after 5 samples, 5% is asked'],
  ['mostly nothing', [0, 0, 0, 0.1, 0.1], false, 'the median is 0 after 5 samples'],
  ['below nothing', around(-1, 0.02, 6), true, 'after 6 samples'],
])('%s: enough or not, and why', (_, values, expected, why) => {
  const said = enough(values, rule, 1);
  expect(said.enough).toBe(expected);
  expect(said.why).toContain(why);
});

test('the same values and seed give the same answer', () => {
  const values = around(1, 0.3, 7);
  expect(enough(values, rule, 9)).toEqual(enough(values, rule, 9));
});
