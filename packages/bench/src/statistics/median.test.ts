import fc from 'fast-check';
import { median, medianAbsoluteDeviation, quantile } from './median';

const oneToTen = [10, 3, 5, 1, 9, 2, 8, 4, 7, 6];

// R: quantile(1:10) prints 1.00 3.25 5.50 7.75 10.00.
test.each([
  [0, 1],
  [0.25, 3.25],
  [0.5, 5.5],
  [0.75, 7.75],
  [1, 10],
])('the quantile %p of 1 to 10 is %p, as in R', (p, expected) => {
  expect(quantile(oneToTen, p)).toBeCloseTo(expected, 12);
});

test('quantiles are those of type 7: linear between the order statistics at 1 + (n - 1) p (Hyndman and Fan 1996)', () => {
  const values = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(values, fc.double({ min: 0, max: 1, noNaN: true }), (sample, p) => {
      const sorted = sample.toSorted((one, other) => one - other);
      const place = (sample.length - 1) * p;
      const [below, above] = [sorted[Math.floor(place)]!, sorted[Math.ceil(place)]!];
      expect(quantile(sample, p)).toBeCloseTo(below + (place - Math.floor(place)) * (above - below), 6);
    }),
  );
});

// NIST StRD, NumAcc1: three numbers of eight digits; their middle one is also their certified mean, 10000002.
test('the median of long numbers is exact', () => {
  expect(median([10000001, 10000003, 10000002])).toBe(10000002);
});

// R: mad(1:9, constant = 1) is 2.
test('the median absolute deviation is not scaled', () => {
  expect(medianAbsoluteDeviation([1, 2, 3, 4, 5, 6, 7, 8, 9])).toBe(2);
});

test('one wild value moves neither', () => {
  expect(median([1, 2, 3, 4, 1e9])).toBe(3);
  expect(medianAbsoluteDeviation([1, 2, 3, 4, 1e9])).toBe(1);
});

test('of nothing there is none', () => {
  expect([quantile([], 0.5), median([]), medianAbsoluteDeviation([])]).toEqual([NaN, NaN, NaN]);
});

test('the values are left in their order', () => {
  const values = [3, 1, 2];
  quantile(values, 0.9);
  median(values);
  medianAbsoluteDeviation(values);
  expect(values).toEqual([3, 1, 2]);
});
