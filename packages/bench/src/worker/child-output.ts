import { createHash } from 'node:crypto';

/** What a program writes on one of its streams: its beginning, and the hash of all. */
export class ChildOutput {
  readonly #hash = createHash('sha256');
  #kept = Buffer.alloc(0);
  #bytes = 0;
  #sha256: string | undefined;

  /** @param mostBytes how much of it is kept */
  constructor(private readonly mostBytes: number) {}

  take(chunk: Buffer): void {
    this.#hash.update(chunk);
    this.#bytes += chunk.length;
    const room = this.mostBytes - this.#kept.length;
    if (room > 0) this.#kept = Buffer.concat([this.#kept, chunk.subarray(0, room)]);
  }

  /** What is kept of it; bytes that are no UTF-8 are replaced. */
  get text(): string {
    return this.#kept.toString();
  }

  get truncated(): boolean {
    return this.#bytes > this.mostBytes;
  }

  /** Of the whole, hexadecimal. Nothing can be taken after it. */
  get sha256(): string {
    this.#sha256 ??= this.#hash.digest('hex');
    return this.#sha256;
  }
}
