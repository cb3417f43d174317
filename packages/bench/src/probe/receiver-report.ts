/** What a receiver of bulk data tells of it. */
export interface ReceiverReport {
  /** Since the first byte came, by the receiver's clock. */
  readonly seconds: number;
  /** All that it has read until then. */
  readonly bytes: number;
}

/** Two IEEE 754 doubles, big-endian. */
const reportBytes = 16;

/** A report as it goes over the wire. */
export function writeReport({ seconds, bytes }: ReceiverReport): Buffer {
  const buffer = Buffer.allocUnsafe(reportBytes);
  buffer.writeDoubleBE(seconds, 0);
  buffer.writeDoubleBE(bytes, 8);
  return buffer;
}

/** Puts reports together from whatever pieces they come in. */
export class ReportReader {
  readonly #partial = Buffer.alloc(reportBytes);
  #filled = 0;
  #last: ReceiverReport = { seconds: 0, bytes: 0 };

  /**
   * @param reported called for each whole report
   * @param senseless called for one that no receiver can have meant: time and bytes only grow
   */
  constructor(
    private readonly reported: (report: ReceiverReport) => void,
    private readonly senseless: () => void,
  ) {}

  read(bytes: Buffer): void {
    for (let at = 0; at < bytes.length;) {
      const taken = bytes.copy(this.#partial, this.#filled, at);
      at += taken;
      this.#filled += taken;
      if (this.#filled === reportBytes) this.#whole();
    }
  }

  #whole(): void {
    this.#filled = 0;
    const report = { seconds: this.#partial.readDoubleBE(0), bytes: this.#partial.readDoubleBE(8) };
    const { seconds, bytes } = this.#last;
    const makesSense =
      report.seconds > seconds && report.bytes >= bytes && Number.isSafeInteger(report.bytes);
    if (makesSense && Number.isFinite(report.seconds)) {
      this.#last = report;
      this.reported(report);
    } else this.senseless();
  }
}
