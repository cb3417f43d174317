import { inflateSync } from 'node:zlib';
import { decodeFromCompressedBase64, encodeIntoCompressedBase64, JsHistogram } from 'hdr-histogram-js';
import { benchErrors } from '../bench-errors';
import { PagedHistogram } from './paged-histogram';

const nanosecondsPerSecond = 1e9;
const lowestNanoseconds = 1;
const highestNanoseconds = 3600 * nanosecondsPerSecond;
const significantDigits = 3;

/** HdrHistogram's compressed V2 header: cookie and length of what follows; inside: cookie, length, offset, digits, range, ratio. */
const compressedHeaderBytes = 8;
const headerBytes = 40;
/** Nine bytes, the longest count, for each bucket of our range, and the header: nothing that we wrote inflates to more. */
const mostInflatedBytes = 320 * 1024;

/**
 * How often each latency was seen: from 1 ns to 1 h in buckets of three significant digits, so that any quantile is right
 * to 0.05 %, and histograms of the same thing can be added where percentiles cannot.
 */
export class LatencyHistogram {
  readonly #buckets = new PagedHistogram(lowestNanoseconds, highestNanoseconds, significantDigits);

  /**
   * Counts a latency of so many seconds. What is out of the range is counted at its nearer end.
   *
   * @throws RangeError for a negative or no number
   */
  record(seconds: number, count = 1): void {
    if (!(seconds >= 0)) throw new RangeError(`a latency of ${seconds} s`);
    const nanoseconds = Math.round(seconds * nanosecondsPerSecond);
    const within = Math.min(Math.max(nanoseconds, lowestNanoseconds), highestNanoseconds);
    if (count === 1) this.#buckets.recordValue(within);
    else if (count > 0) this.#buckets.recordValueWithCount(within, count);
  }

  get recordCount(): number {
    return this.#buckets.totalCount;
  }

  /** Counts all that the other has counted. */
  add(other: LatencyHistogram): void {
    if (other.recordCount > 0) this.#buckets.add(other.#buckets);
  }

  /**
   * The latency that a share `q` of all did not exceed, in seconds; the middle of its bucket, so never beyond min or max.
   *
   * @param q from 0 to 1
   * @throws RangeError when there are no records: of nothing there is no quantile
   */
  quantile(q: number): number {
    this.#mustHaveRecords();
    return (
      this.#buckets.medianEquivalentValue(this.#buckets.getValueAtPercentile(100 * q)) / nanosecondsPerSecond
    );
  }

  /** Lower end of the lowest bucket that has a record, seconds. @throws RangeError when there are no records */
  get min(): number {
    this.#mustHaveRecords();
    return this.#buckets.lowestEquivalentValue(this.#buckets.minNonZeroValue) / nanosecondsPerSecond;
  }

  /** Upper end of the highest bucket that has a record, seconds. @throws RangeError when there are no records */
  get max(): number {
    this.#mustHaveRecords();
    return this.#buckets.highestEquivalentValue(this.#buckets.maxValue) / nanosecondsPerSecond;
  }

  /** HdrHistogram's compressed V2 encoding of nanoseconds, base64; other languages' HdrHistogram reads it too. */
  encode(): string {
    return encodeIntoCompressedBase64(this.#buckets);
  }

  /**
   * What `encode` wrote.
   *
   * @throws PodlagError `unreadable-output` for any other text, also for a histogram of another range
   */
  static decode(text: string): LatencyHistogram {
    const problem = LatencyHistogram.problem(text);
    if (problem !== undefined) {
      throw benchErrors.error('unreadable-output', `histogram: ${problem}`, { field: 'histogram' });
    }
    const histogram = new LatencyHistogram();
    const decoded = decodeFromCompressedBase64(text, 64);
    if (decoded instanceof JsHistogram && decoded.totalCount > 0) histogram.#buckets.add(decoded);
    return histogram;
  }

  /**
   * Why `decode` would refuse a text; undefined for one that it takes.
   *
   * The library believes each length and range that it reads, allocates for it and walks to it. Texts come from files and
   * from workers, so all of that is looked at first.
   */
  static problem(text: string): string | undefined {
    if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text) || text.length % 4 !== 0) return 'not base64';
    const compressed = Buffer.from(text, 'base64');
    if (compressed.length <= compressedHeaderBytes || compressed.readUInt32BE(0) !== 0x1c849314) {
      return 'not an HdrHistogram in compressed V2 encoding';
    }
    // What is shorter than a whole word is padded; what is longer was cut.
    if (compressed.readUInt32BE(4) > compressed.length - compressedHeaderBytes) return 'cut off';
    const plain = inflated(compressed.subarray(compressedHeaderBytes));
    return plain === undefined ? 'its compressed part is broken' : problemOfPlain(plain);
  }

  #mustHaveRecords(): void {
    if (this.recordCount === 0) throw new RangeError('a histogram without records has no quantiles');
  }
}

function inflated(bytes: Buffer): Buffer | undefined {
  try {
    return inflateSync(bytes, { maxOutputLength: mostInflatedBytes });
  } catch {
    // Whatever zlib says of it, the reader of the error learns that the text is not whole.
    return undefined;
  }
}

function problemOfPlain(plain: Buffer): string | undefined {
  if (plain.length < headerBytes || plain.readUInt32BE(0) !== 0x1c849313) return 'it holds no V2 histogram';
  if (plain.readUInt32BE(4) !== plain.length - headerBytes) return 'its length is wrong';
  const isOurs =
    plain.readUInt32BE(12) === significantDigits &&
    plain.readBigUInt64BE(16) === BigInt(lowestNanoseconds) &&
    plain.readBigUInt64BE(24) === BigInt(highestNanoseconds);
  return isOurs ? undefined : 'another range or precision than 1 ns to 1 h in three digits';
}
