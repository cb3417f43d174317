import { coreErrors } from './core-errors';
import { printDecimal, quote, scaleDecimal } from './decimal';
import type { PodlagError } from './errors';

/** Powers of ten to nanoseconds where there is one, and the factor that is left. */
const units = {
  h: { exponent: 9, factor: 3600n },
  m: { exponent: 9, factor: 60n },
  s: { exponent: 9, factor: 1n },
  ms: { exponent: 6, factor: 1n },
  us: { exponent: 3, factor: 1n },
  ns: { exponent: 0, factor: 1n },
} as const;

type Unit = keyof typeof units;
const unitOrder = Object.keys(units) as Unit[];

const termPattern = /^([0-9]+(?:\.[0-9]+)?)(h|ms|m|us|s|ns)/;
const barePattern = /^[0-9]+(?:\.[0-9]+)?$/;
const longestText = 64;

const nsPerUs = 1_000;
const nsPerMs = 1_000_000;
const nsPerSecond = 1_000_000_000;
const maxNanoseconds = 30 * 24 * 3600 * nsPerSecond;

/**
 * A span of time, in whole nanoseconds from 0 to 30 days. Nanoseconds are what netem counts in
 * (TCA_NETEM_LATENCY64), so a value survives from the URL to the kernel exactly.
 */
export class Duration {
  static readonly zero = new Duration(0);

  private constructor(readonly nanoseconds: number) {}

  /**
   * Reads `20ms`, `0.5ms`, `250us`, `1m30s`; a bare number is milliseconds.
   *
   * @param field what to call the value in an error
   * @throws PodlagError `invalid-duration`
   */
  static parse(input: unknown, field = 'duration'): Duration {
    const text = typeof input === 'number' ? plainNumber(input) : input;
    if (typeof text !== 'string' || text === '' || text.length > longestText)
      throw notADuration(input, field);
    const nanoseconds = barePattern.test(text) ? nanosecondsOf(text, 'ms') : sumOfTerms(text);
    if (nanoseconds === undefined) throw notADuration(input, field);
    if (nanoseconds > BigInt(maxNanoseconds)) {
      throw coreErrors.error('invalid-duration', `${field}: ${quote(input)} is longer than 30 days`, {
        field,
      });
    }
    return new Duration(Number(nanoseconds));
  }

  /** @throws PodlagError `invalid-duration` when negative, not whole or above 30 days */
  static ofNanoseconds(nanoseconds: number, field = 'duration'): Duration {
    if (!Number.isInteger(nanoseconds) || nanoseconds < 0 || nanoseconds > maxNanoseconds) {
      throw notADuration(nanoseconds, field);
    }
    return new Duration(nanoseconds);
  }

  get milliseconds(): number {
    return this.nanoseconds / nsPerMs;
  }

  get isZero(): boolean {
    return this.nanoseconds === 0;
  }

  /** The shortest exact form; `parse` gives the same value back. */
  toString(): string {
    const ns = this.nanoseconds;
    if (ns === 0) return '0ms';
    if (ns < nsPerUs) return `${ns}ns`;
    if (ns < nsPerMs) return `${printDecimal(ns, 3)}us`;
    if (ns < nsPerSecond) return `${printDecimal(ns, 6)}ms`;
    return inHoursMinutesSeconds(ns);
  }

  toJSON(): string {
    return this.toString();
  }
}

function inHoursMinutesSeconds(ns: number): string {
  const hours = Math.floor(ns / (3600 * nsPerSecond));
  const minutes = Math.floor(ns / (60 * nsPerSecond)) % 60;
  const rest = ns % (60 * nsPerSecond);
  return [
    hours > 0 ? `${hours}h` : '',
    minutes > 0 ? `${minutes}m` : '',
    rest > 0 ? `${printDecimal(rest, 9)}s` : '',
  ].join('');
}

/** `1m30s`: each unit at most once and from the largest down, so that `30s1m` is noticed as the slip that it is. */
function sumOfTerms(text: string): bigint | undefined {
  let rest = text;
  let sum = 0n;
  let lastUnit = -1;
  while (rest !== '') {
    const [term, number, unit] = termPattern.exec(rest) ?? [];
    const rank = unitOrder.indexOf(unit as Unit);
    const nanoseconds = number === undefined ? undefined : nanosecondsOf(number, unit as Unit);
    if (term === undefined || nanoseconds === undefined || rank <= lastUnit) return undefined;
    sum += nanoseconds;
    lastUnit = rank;
    rest = rest.slice(term.length);
  }
  return sum;
}

function nanosecondsOf(number: string, unit: Unit): bigint | undefined {
  const scaled = scaleDecimal(number, units[unit].exponent);
  return scaled === undefined ? undefined : scaled * units[unit].factor;
}

/** A JSON number as plain digits; undefined for what JavaScript would print with an exponent or a sign. */
export function plainNumber(value: number): string | undefined {
  const text = String(value);
  return barePattern.test(text) ? text : undefined;
}

function notADuration(input: unknown, field: string): PodlagError {
  const good = `a duration like 20ms, in ${[...unitOrder].reverse().join(', ')}`;
  return coreErrors.error('invalid-duration', `${field}: ${quote(input)} is not ${good}`, { field });
}
