import { deflateSync } from 'node:zlib';
import { build, encodeIntoCompressedBase64 } from 'hdr-histogram-js';
import * as fc from 'fast-check';
import { LatencyHistogram } from './histogram';

const of = (latencies: readonly number[]): LatencyHistogram => {
  const histogram = new LatencyHistogram();
  for (const seconds of latencies) histogram.record(seconds);
  return histogram;
};

const latencies = fc.array(
  fc.integer({ min: 1, max: 3_600_000_000_000 }).map((nanoseconds) => nanoseconds / 1e9),
  {
    minLength: 1,
    maxLength: 60,
  },
);
const shares = [0, 0.1, 0.5, 0.9, 0.99, 0.999, 1];
const quantiles = (histogram: LatencyHistogram): readonly number[] =>
  shares.map((q) => histogram.quantile(q));

describe('LatencyHistogram', () => {
  test('a quantile is the value that a share of all did not exceed, to a thousandth', () => {
    fc.assert(
      fc.property(latencies, fc.double({ min: 0, max: 1, noNaN: true }), (values, q) => {
        const sorted = [...values].sort((one, other) => one - other);
        const rank = Math.max(1, Math.ceil(q * sorted.length - 1e-9));
        const exact = sorted[rank - 1]!;
        expect(Math.abs(of(values).quantile(q) - exact)).toBeLessThanOrEqual(exact / 1000 + 1e-9);
      }),
    );
  });

  test('quantiles rise with their share and stay between min and max', () => {
    fc.assert(
      fc.property(latencies, (values) => {
        const histogram = of(values);
        const all = [histogram.min, ...quantiles(histogram), histogram.max];
        expect(all).toEqual([...all].sort((one, other) => one - other));
      }),
    );
  });

  test('decode gives back what encode was given', () => {
    fc.assert(
      fc.property(latencies, (values) => {
        const histogram = of(values);
        const decoded = LatencyHistogram.decode(histogram.encode());
        expect(decoded.recordCount).toBe(values.length);
        expect(quantiles(decoded)).toEqual(quantiles(histogram));
        expect([decoded.min, decoded.max]).toEqual([histogram.min, histogram.max]);
        expect(decoded.encode()).toBe(histogram.encode());
      }),
    );
  });

  test('one histogram added to another is the histogram of both', () => {
    fc.assert(
      fc.property(latencies, latencies, (one, other) => {
        const merged = of(one);
        merged.add(of(other));
        expect(merged.encode()).toBe(of([...one, ...other]).encode());
      }),
    );
  });

  test('what was decoded can be added, and an empty one changes nothing', () => {
    const sum = LatencyHistogram.decode(new LatencyHistogram().encode());
    sum.add(LatencyHistogram.decode(of([0.02]).encode()));
    sum.add(new LatencyHistogram());
    expect(sum.encode()).toBe(of([0.02]).encode());
  });

  test('a latency may be counted many times at once', () => {
    const histogram = new LatencyHistogram();
    histogram.record(0.001, 99);
    histogram.record(0.1, 1);
    histogram.record(7, 0);
    expect(histogram.recordCount).toBe(100);
    expect(histogram.quantile(0.99)).toBeCloseTo(0.001, 5);
    expect(histogram.quantile(1)).toBeCloseTo(0.1, 3);
  });

  test('counts beyond 32 bits do not wrap around', () => {
    const histogram = new LatencyHistogram();
    histogram.record(0.001, 4_000_000_000);
    histogram.add(LatencyHistogram.decode(histogram.encode()));
    expect(histogram.recordCount).toBe(8_000_000_000);
    expect(histogram.quantile(0.5)).toBeCloseTo(0.001, 5);
  });

  test.each([
    ['less than a nanosecond is one', 0, 1e-9],
    ['more than an hour is one', 7200, 3600],
  ])('%s', (_, latency, counted) => {
    expect(of([latency]).quantile(0.5) / counted).toBeCloseTo(1, 3);
  });

  test.each([[-1], [NaN]])('%p is no latency', (latency) => {
    expect(() => of([latency])).toThrow(RangeError);
  });

  test('of nothing there are no quantiles', () => {
    const empty = new LatencyHistogram();
    expect(() => empty.quantile(0.5)).toThrow(RangeError);
    expect(() => empty.min).toThrow(RangeError);
    expect(() => empty.max).toThrow(RangeError);
  });
});

/** A header, and as many zeros as it says. */
function endless(header: Buffer): Buffer {
  const length = 16 * 1024 * 1024;
  header.writeUInt32BE(length, 4);
  return Buffer.concat([header, Buffer.alloc(length)]);
}

describe('decode refuses', () => {
  const good = of([0.02, 0.03]).encode();
  const plain = (change: (bytes: Buffer) => Buffer): string => {
    const bytes = Buffer.alloc(40);
    bytes.writeUInt32BE(0x1c849313, 0);
    bytes.writeUInt32BE(3, 12);
    bytes.writeBigUInt64BE(1n, 16);
    bytes.writeBigUInt64BE(3_600_000_000_000n, 24);
    const deflated = deflateSync(change(bytes));
    const header = Buffer.alloc(8);
    header.writeUInt32BE(0x1c849314, 0);
    header.writeUInt32BE(deflated.length, 4);
    return Buffer.concat([header, deflated]).toString('base64');
  };

  test('nothing that is whole', () => {
    expect(LatencyHistogram.decode(plain((bytes) => bytes)).recordCount).toBe(0);
  });

  test.each([
    ['no text', ''],
    ['what is not base64', 'not a histogram!'],
    ['base64 of anything', Buffer.from('not a histogram at all').toString('base64')],
    ['what is cut off', good.slice(0, 32)],
    ['what goes on behind its end', `${good}AAAA====`],
    [
      'a histogram of whole seconds',
      encodeIntoCompressedBase64(
        build({ lowestDiscernibleValue: 1, highestTrackableValue: 3600, numberOfSignificantValueDigits: 3 }),
      ),
    ],
    [
      'a histogram of two digits',
      encodeIntoCompressedBase64(
        build({ highestTrackableValue: 3_600_000_000_000, numberOfSignificantValueDigits: 2 }),
      ),
    ],
    ['a length that the text does not have', plain((bytes) => (bytes.writeUInt32BE(0xffff_fff0, 4), bytes))],
    ['what inflates without end', plain((bytes) => endless(bytes))],
  ])('%s', (_, text) => {
    expect(() => LatencyHistogram.decode(text)).toThrow(
      expect.objectContaining({ code: 'unreadable-output' }),
    );
  });
});
