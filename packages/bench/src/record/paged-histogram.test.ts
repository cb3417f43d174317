import { encodeIntoCompressedBase64, Float64Histogram, type JsHistogram } from 'hdr-histogram-js';
import * as fc from 'fast-check';
import { PagedHistogram } from './paged-histogram';

const range = [1, 3_600_000_000_000, 3] as const;
const counted = fc.array(
  fc.tuple(fc.integer({ min: 1, max: range[1] }), fc.constantFrom(1, 2, 4_000_000_000)),
  { maxLength: 60 },
);
type Counted = readonly (readonly [value: number, count: number])[];

function filled<T extends JsHistogram>(histogram: T, all: Counted): T {
  for (const [value, count] of all) histogram.recordValueWithCount(value, count);
  return histogram;
}
const paged = (all: Counted): PagedHistogram => filled(new PagedHistogram(...range), all);
const whole = (all: Counted): Float64Histogram => filled(new Float64Histogram(...range), all);
const shares = [0, 50, 99, 99.9, 100];

test('it counts as one does that has all its buckets', () => {
  fc.assert(
    fc.property(counted, counted, (one, other) => {
      const [ours, theirs] = [paged(one), whole(one)];
      ours.add(paged(other));
      theirs.add(whole(other));
      expect(encodeIntoCompressedBase64(ours)).toBe(encodeIntoCompressedBase64(theirs));
      expect(shares.map((share) => ours.getValueAtPercentile(share))).toEqual(
        shares.map((share) => theirs.getValueAtPercentile(share)),
      );
    }),
  );
});

test('what was counted can be forgotten, corrected and go beyond the range as there', () => {
  fc.assert(
    fc.property(counted, (all) => {
      const both = [new PagedHistogram(1, 1_000, 3), new Float64Histogram(1, 1_000, 3)].map((histogram) => {
        histogram.autoResize = true;
        histogram.recordValue(7);
        histogram.reset();
        return encodeIntoCompressedBase64(
          filled(histogram, all).copyCorrectedForCoordinatedOmission(1_800_000_000_000),
        );
      });
      expect(both[0]).toBe(both[1]);
    }),
  );
});

test('latencies from 50 µs to 5 ms take less than 64 KiB, and none takes next to nothing', () => {
  const histogram = new PagedHistogram(...range);
  expect(histogram.estimatedFootprintInBytes).toBeLessThan(2 * 1024);
  const before = process.memoryUsage().arrayBuffers;
  for (let nanoseconds = 50_000; nanoseconds <= 5_000_000; nanoseconds += 10)
    histogram.recordValue(nanoseconds);
  expect(histogram.estimatedFootprintInBytes).toBeLessThan(64 * 1024);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * 1024);
});
