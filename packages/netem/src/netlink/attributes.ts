import { endianness } from 'node:os';

/** Numbers in netlink messages are in the order of the machine; what is of a packet is in the network's. */
const little = endianness() === 'LE';

/** Attributes, and the structures before them, begin at multiples of this (NLA_ALIGNTO, linux/netlink.h). */
const alignment = 4;
const attributeHeader = 4;
/** The upper two bits of an attribute's type say how it is to be read (NLA_F_NESTED, NLA_F_NET_BYTEORDER). */
const typeMask = 0x3fff;

/** Next multiple of four. */
export function aligned(length: number): number {
  return (length + alignment - 1) & ~(alignment - 1);
}

/** Builds a run of netlink messages: structures field by field, and attributes (struct nlattr), nested or plain. */
export class MessageWriter {
  #bytes: Uint8Array;
  #view: DataView;
  #length = 0;

  /** @param room bytes to begin with; it grows by itself */
  constructor(room = 1024) {
    this.#bytes = new Uint8Array(room);
    this.#view = new DataView(this.#bytes.buffer);
  }

  get length(): number {
    return this.#length;
  }

  /** A copy of what was written from `start` on. */
  bytes(start = 0): Uint8Array {
    return this.#bytes.slice(start, this.#length);
  }

  u8(...values: readonly number[]): this {
    for (const value of values) {
      const at = this.#grow(1);
      this.#view.setUint8(at, value);
    }
    return this;
  }

  u16(...values: readonly number[]): this {
    for (const value of values) {
      const at = this.#grow(2);
      this.#view.setUint16(at, value, little);
    }
    return this;
  }

  u32(...values: readonly number[]): this {
    for (const value of values) {
      const at = this.#grow(4);
      this.#view.setUint32(at, value >>> 0, little);
    }
    return this;
  }

  u64(...values: readonly bigint[]): this {
    for (const value of values) {
      const at = this.#grow(8);
      this.#view.setBigUint64(at, value, little);
    }
    return this;
  }

  s16(values: readonly number[]): this {
    for (const value of values) {
      const at = this.#grow(2);
      this.#view.setInt16(at, value, little);
    }
    return this;
  }

  /** In the order of the network (`__be32`). */
  be32(value: number): this {
    const at = this.#grow(4);
    this.#view.setUint32(at, value >>> 0);
    return this;
  }

  /** With the zero byte that ends it. */
  text(value: string): this {
    const bytes = Buffer.from(`${value}\0`);
    const at = this.#grow(bytes.length);
    this.#bytes.set(bytes, at);
    return this;
  }

  /** Everything that `fill` writes becomes the value of one attribute; other attributes too, which nests them. */
  attribute(type: number, fill: (writer: this) => unknown): this {
    const start = this.#grow(attributeHeader);
    fill(this);
    this.#view.setUint16(start, this.#length - start, little);
    this.#view.setUint16(start + 2, type, little);
    this.#grow(aligned(this.#length) - this.#length);
    return this;
  }

  /** Writes over a number that stands already, as the length of a message at its head. */
  patchU32(offset: number, value: number): void {
    this.#view.setUint32(offset, value, little);
  }

  patchU16(offset: number, value: number): void {
    this.#view.setUint16(offset, value, little);
  }

  /** Where the new bytes begin; they are zero. Afterwards the view may be another: it is taken from `this` only then. */
  #grow(count: number): number {
    const offset = this.#length;
    this.#length += count;
    if (this.#length > this.#bytes.length) {
      const wider = new Uint8Array(Math.max(this.#length, this.#bytes.length * 2));
      wider.set(this.#bytes);
      this.#bytes = wider;
      this.#view = new DataView(wider.buffer);
    }
    return offset;
  }
}

/**
 * A piece of a message from the kernel. What lies beyond its end reads as zero: an older kernel's structure is shorter.
 * All pieces look at the same bytes: ten thousand filters have a hundred thousand pieces.
 */
export class MessageReader {
  private constructor(
    private readonly view: DataView,
    private readonly start: number,
    readonly length: number,
  ) {}

  static of(bytes: Uint8Array): MessageReader {
    return new MessageReader(
      new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
      0,
      bytes.byteLength,
    );
  }

  u8(offset = 0): number {
    return offset + 1 > this.length ? 0 : this.view.getUint8(this.start + offset);
  }

  u16(offset = 0): number {
    return offset + 2 > this.length ? 0 : this.view.getUint16(this.start + offset, little);
  }

  u32(offset = 0): number {
    return offset + 4 > this.length ? 0 : this.view.getUint32(this.start + offset, little);
  }

  s32(offset = 0): number {
    return this.u32(offset) | 0;
  }

  u64(offset = 0): bigint {
    return offset + 8 > this.length ? 0n : this.view.getBigUint64(this.start + offset, little);
  }

  s64(offset = 0): bigint {
    return BigInt.asIntN(64, this.u64(offset));
  }

  be32(offset = 0): number {
    return offset + 4 > this.length ? 0 : this.view.getUint32(this.start + offset);
  }

  /** Up to its zero byte. */
  text(): string {
    const bytes = Array.from({ length: this.length }, (_, at) => this.u8(at));
    const end = bytes.indexOf(0);
    return Buffer.from(end === -1 ? bytes : bytes.slice(0, end)).toString();
  }

  from(offset: number, length: number = this.length - offset): MessageReader {
    return new MessageReader(this.view, this.start + offset, length);
  }

  /** The attributes from `offset` on, by type. One that is cut short ends them. */
  attributes(offset = 0): ReadonlyMap<number, MessageReader> {
    const found = new Map<number, MessageReader>();
    for (let at = offset; at + attributeHeader <= this.length;) {
      const length = this.u16(at);
      if (length < attributeHeader || at + length > this.length) break;
      found.set(this.u16(at + 2) & typeMask, this.from(at + attributeHeader, length - attributeHeader));
      at += aligned(length);
    }
    return found;
  }
}
