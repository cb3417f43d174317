import { LatencyHistogram } from '../record/histogram';
import type { Numbered } from './datagram';

/** Which of the numbered datagrams came back, how late, in which order. Those of the warm-up are not counted. */
export class DatagramTally {
  readonly histogram = new LatencyHistogram();
  readonly #seen: Uint8Array;
  #next = 0;
  #unique = 0;
  #all = 0;
  #reordered = 0;
  #duplicates = 0;
  #slowestMs = 0;

  /**
   * @param first number of the first that counts
   * @param total of all, with those of the warm-up
   */
  constructor(
    private readonly first: number,
    private readonly total: number,
  ) {
    this.#seen = new Uint8Array(Math.ceil(total / 8));
  }

  /** @param now milliseconds, of the clock that `sentAt` is of */
  returned({ sequence, sentAt }: Numbered, now: number): void {
    if (sequence >= this.total || !(sentAt <= now)) return;
    const isNew = this.#mark(sequence);
    if (isNew) this.#all += 1;
    // RFC 4737, section 3.3: reordered is what comes after one that was sent later.
    const isLate = sequence < this.#next;
    this.#next = Math.max(this.#next, sequence + 1);
    if (sequence < this.first) return;
    if (!isNew) {
      this.#duplicates += 1;
      return;
    }
    this.#unique += 1;
    if (isLate) this.#reordered += 1;
    this.#slowestMs = Math.max(this.#slowestMs, now - sentAt);
    this.histogram.record((now - sentAt) / 1000);
  }

  /** Whether each that was sent has come back. */
  get isComplete(): boolean {
    return this.#all === this.total;
  }

  /** The longest round trip, milliseconds. */
  get slowestMs(): number {
    return this.#slowestMs;
  }

  /** How many were to come back. */
  get counted(): number {
    return this.total - this.first;
  }

  /** Shares: lost and duplicated of those that were sent, reordered of those that came back. */
  get shares(): { readonly loss: number; readonly reordered: number; readonly duplicated: number } {
    return {
      loss: 1 - this.#unique / this.counted,
      reordered: this.#unique === 0 ? 0 : this.#reordered / this.#unique,
      duplicated: Math.min(1, this.#duplicates / this.counted),
    };
  }

  #mark(sequence: number): boolean {
    const byte = this.#seen[sequence >> 3] ?? 0;
    const bit = 1 << (sequence & 7);
    this.#seen[sequence >> 3] = byte | bit;
    return (byte & bit) === 0;
  }
}
