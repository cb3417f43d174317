import { coreErrors } from './core-errors';
import { printDecimal, quote, scaleDecimal } from './decimal';
import { plainNumber } from './duration';

/** tc(8) units of bits per second; the SI ones are powers of ten, the IEC ones of two. */
const units: Readonly<Record<string, { exponent: number; factor: bigint } | undefined>> = {
  bit: { exponent: 0, factor: 1n },
  kbit: { exponent: 3, factor: 1n },
  mbit: { exponent: 6, factor: 1n },
  gbit: { exponent: 9, factor: 1n },
  tbit: { exponent: 12, factor: 1n },
  kibit: { exponent: 0, factor: 1n << 10n },
  mibit: { exponent: 0, factor: 1n << 20n },
  gibit: { exponent: 0, factor: 1n << 30n },
};

const ratePattern = /^([0-9]{1,18}(?:\.[0-9]{1,12})?)([a-z]*)$/;
const maxBitsPerSecond = 1_000_000_000_000;

/** The kernel counts whole bytes a second: less than one byte would be no limit at all. */
const minBitsPerSecond = 8;

const bytesOrBits =
  'tc(8) reads "bps" as bytes a second, most people as bits: write mbit, or 8 times as much for bytes.';

/** An amount of data over time, in whole bits per second from 8 bit to 1 tbit. */
export class Rate {
  private constructor(readonly bitsPerSecond: number) {}

  /**
   * Reads `10mbit`, `1.5gbit`, `512kibit`; a bare number is bits per second, as in tc(8).
   *
   * @throws PodlagError `invalid-rate`; for `10mbps` too, which tc(8) reads as megabytes and people as megabits
   */
  static parse(input: unknown, field = 'rate'): Rate {
    const text = typeof input === 'number' ? plainNumber(input) : input;
    const bits = typeof text === 'string' ? bitsOf(text.toLowerCase()) : undefined;
    if (bits === undefined) {
      const hint = typeof text === 'string' && text.endsWith('bps') ? bytesOrBits : undefined;
      throw coreErrors.error('invalid-rate', `${field}: ${quote(input)} is not a rate like 10mbit`, {
        field,
        hint,
      });
    }
    return Rate.ofBitsPerSecond(bits, field);
  }

  /** @throws PodlagError `invalid-rate` when below 8 bit, above 1 tbit or not whole */
  static ofBitsPerSecond(bits: number, field = 'rate'): Rate {
    if (!Number.isInteger(bits) || bits < minBitsPerSecond || bits > maxBitsPerSecond) {
      throw coreErrors.error('invalid-rate', `${field}: ${quote(bits)} bit/s is outside 8bit to 1tbit`, {
        field,
      });
    }
    return new Rate(bits);
  }

  toString(): string {
    const bits = this.bitsPerSecond;
    const [unit, exponent] = unitFor(bits);
    return `${printDecimal(bits, exponent)}${unit}`;
  }

  toJSON(): string {
    return this.toString();
  }
}

function bitsOf(text: string): number | undefined {
  const [, number = '', unit = ''] = ratePattern.exec(text) ?? [];
  const scale = units[unit === '' ? 'bit' : unit];
  const scaled = scale && scaleDecimal(number, scale.exponent);
  return scaled === undefined ? undefined : Number(scaled * (scale?.factor ?? 1n));
}

function unitFor(bits: number): readonly [string, number] {
  if (bits >= 1e12) return ['tbit', 12];
  if (bits >= 1e9) return ['gbit', 9];
  if (bits >= 1e6) return ['mbit', 6];
  if (bits >= 1e3) return ['kbit', 3];
  return ['bit', 0];
}
