import { largerQuantity, quantityInThousandths } from './quantity';

test.each([
  ['1', 1000n],
  ['50m', 50n],
  ['0.5', 500n],
  ['1.001', 1001n],
  ['0.5m', 1n],
  ['1k', 1_000_000n],
  ['1Ki', 1_024_000n],
  ['64Mi', 64n * 1024n ** 2n * 1000n],
  ['1.5Gi', 1536n * 1024n ** 2n * 1000n],
])('%s is %s thousandths', (text, thousandths) => {
  expect(quantityInThousandths(text)).toBe(thousandths);
});

test.each(['', 'm', '-1', '+1', '1e3', '1.2345', '64MB', '64mi', ' 1', '1 ', '.5', '1.', '9'.repeat(13)])(
  '%j is no quantity',
  (text) => expect(quantityInThousandths(text)).toBeUndefined(),
);

test('quantities are compared by size, whatever their units', () => {
  expect(largerQuantity('1Gi', '1000Mi')).toBe('1Gi');
  expect(largerQuantity('100m', '0.2')).toBe('0.2');
});
