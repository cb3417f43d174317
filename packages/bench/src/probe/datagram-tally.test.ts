import { DatagramTally } from './datagram-tally';

/** Ten datagrams a millisecond apart, the first two of the warm-up; each comes back 5 ms after it was sent. */
const tallied = (order: readonly number[]): DatagramTally => {
  const tally = new DatagramTally(2, 10);
  for (const sequence of order) tally.returned({ sequence, sentAt: 100 + sequence }, 105 + sequence);
  return tally;
};

describe('DatagramTally', () => {
  test.each([
    ['all in order are no loss', [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], { loss: 0, reordered: 0, duplicated: 0 }],
    [
      'two of the eight that count are a quarter',
      [0, 1, 2, 3, 5, 6, 8, 9],
      { loss: 0.25, reordered: 0, duplicated: 0 },
    ],
    [
      'losses of the warm-up do not count',
      [2, 3, 4, 5, 6, 7, 8, 9],
      { loss: 0, reordered: 0, duplicated: 0 },
    ],
    [
      'one after a later one is reordered',
      [2, 3, 5, 4, 6, 7, 8, 9],
      { loss: 0, reordered: 0.125, duplicated: 0 },
    ],
    [
      'what comes twice is a duplicate, and neither lost nor reordered',
      [2, 3, 4, 4, 5, 6, 7, 8, 9, 2],
      { loss: 0, reordered: 0, duplicated: 0.25 },
    ],
    [
      'a number that was never sent is nothing',
      [2, 3, 4, 5, 6, 7, 8, 9, 10, 4_000_000_000],
      { loss: 0, reordered: 0, duplicated: 0 },
    ],
    ['none at all is all lost', [], { loss: 1, reordered: 0, duplicated: 0 }],
  ])('%s', (_, order, shares) => expect(tallied(order).shares).toEqual(shares));

  test('round trips are those of the ones that count', () => {
    const { histogram } = tallied([0, 1, 2, 3]);
    expect(histogram.recordCount).toBe(2);
    expect(histogram.quantile(0.5)).toBeCloseTo(0.005, 5);
  });

  test('a time of sending that has not come yet is not believed', () => {
    const tally = new DatagramTally(0, 2);
    tally.returned({ sequence: 0, sentAt: 200 }, 100);
    tally.returned({ sequence: 1, sentAt: NaN }, 100);
    expect(tally.shares.loss).toBe(1);
  });

  test('is complete when each has come back, those of the warm-up too', () => {
    expect(tallied([2, 3, 4, 5, 6, 7, 8, 9, 9, 8]).isComplete).toBe(false);
    expect(tallied([9, 8, 7, 6, 5, 4, 3, 2, 1, 0]).isComplete).toBe(true);
  });
});
