import { coreErrors } from './core-errors';
import { printDecimal, quote, scaleDecimal } from './decimal';
import { plainNumber } from './duration';

const oneInParts = 1_000_000_000;
const ratioPattern = /^([0-9]{1,3}(?:\.[0-9]{1,12})?)(%?)$/;

/** A share from 0 to 1, in whole parts per billion; the kernel's own step is 2^-32, a little finer than a quarter of that. */
export class Ratio {
  static readonly zero = new Ratio(0);
  static readonly one = new Ratio(oneInParts);

  private constructor(readonly partsPerBillion: number) {}

  /**
   * Reads `1%`, `0.1%` or a plain fraction, `0.01`.
   *
   * @throws PodlagError `invalid-ratio` above 100 %, below 0, or finer than a part per billion
   */
  static parse(input: unknown, field = 'ratio'): Ratio {
    const text = typeof input === 'number' ? plainNumber(input) : input;
    const [, number = '', percent] = (typeof text === 'string' ? ratioPattern.exec(text) : null) ?? [];
    const parts = scaleDecimal(number, percent === '%' ? 7 : 9);
    if (parts === undefined) {
      throw coreErrors.error('invalid-ratio', `${field}: ${quote(input)} is not a ratio like 1%`, { field });
    }
    if (parts > BigInt(oneInParts)) {
      const hint = percent === '%' ? undefined : `Without % it is a fraction: did you mean ${number}%?`;
      throw coreErrors.error('invalid-ratio', `${field}: ${quote(input)} is more than 100%`, { field, hint });
    }
    return new Ratio(Number(parts));
  }

  /** The nearest ratio to a fraction from 0 to 1. */
  static ofFraction(fraction: number, field = 'ratio'): Ratio {
    if (!(fraction >= 0 && fraction <= 1)) {
      throw coreErrors.error('invalid-ratio', `${field}: ${quote(fraction)} is not within 0 and 1`, {
        field,
      });
    }
    return new Ratio(Math.round(fraction * oneInParts));
  }

  get fraction(): number {
    return this.partsPerBillion / oneInParts;
  }

  get isZero(): boolean {
    return this.partsPerBillion === 0;
  }

  toString(): string {
    return `${printDecimal(this.partsPerBillion, 7)}%`;
  }

  toJSON(): string {
    return this.toString();
  }
}
