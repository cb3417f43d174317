import { Duration } from '@podlag/core';
import { mostPorts } from '../target';
import { celText, integer, text, type JsonSchema, type Rule } from './json-schema';

/** Each unit once and from the largest down, no finer than a nanosecond: what Duration parses, with a unit. */
export const durationPattern =
  '^([0-9]+(\\.[0-9]{1,9})?h)?([0-9]+(\\.[0-9]{1,9})?m)?([0-9]+(\\.[0-9]{1,9})?s)?' +
  '([0-9]+(\\.[0-9]{1,6})?ms)?([0-9]+(\\.[0-9]{1,3})?us)?([0-9]+ns)?$';

/** From 0 to 100%, no finer than a part per billion. */
export const ratioPattern =
  '^((100(\\.0{1,7})?|[0-9]{1,2}(\\.[0-9]{1,7})?)%|0(\\.[0-9]{1,9})?|1(\\.0{1,9})?)$';

/** Whole bits per second from 8 bit to 1 tbit; the IEC units are whole, since half of one need not be. */
export const ratePattern =
  '^(([89]|[1-9][0-9]{1,11})(bit)?|[0-8]?[0-9]{1,8}kibit|[0-8]?[0-9]{1,5}mibit|[0-8]?[0-9]{1,2}gibit' +
  '|[1-9][0-9]{0,8}(\\.[0-9]{1,3})?kbit|([1-9][0-9]{0,5}(\\.[0-9]{1,6})?|0\\.[0-9]{1,3})mbit' +
  '|([1-9][0-9]{0,2}(\\.[0-9]{1,9})?|0\\.[0-9]{1,3})gbit|(1|0\\.[0-9]{1,3})tbit)$';

const portPattern = '([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])';

/** A port or a range of them as text; that a range is in order no pattern can say. */
export const portsPattern = `^${portPattern}(-${portPattern})?$`;

interface Span {
  readonly atLeast?: string;
  readonly atMost?: string;
}

/**
 * A duration: text with a unit, or whole milliseconds.
 *
 * The API server takes `pattern` for text and `minimum` for numbers. A CEL rule could say both, but reckons with the
 * longest request where a value may be either, and then a list of them costs too much; `duration()` costs nothing.
 */
export function duration(description: string, { atLeast = '0ms', atMost = '720h' }: Span = {}): JsonSchema {
  const [least, most] = [millisecondsOf(atLeast), millisecondsOf(atMost)];
  return {
    description: `${description} As 20ms, 0.5ms or 1m30s; a number is milliseconds.`,
    ...{ 'x-kubernetes-int-or-string': true, minLength: 2, maxLength: 64, pattern: durationPattern },
    'x-kubernetes-validations': [
      {
        rule:
          `type(self) == int ? self >= ${Math.ceil(least)} && self <= ${most}` +
          ` : duration(self) >= duration('${atLeast}') && duration(self) <= duration('${atMost}')`,
        message: `must be a duration like 20ms, 0.5ms or 1m30s, from ${atLeast} to ${atMost}; a number is milliseconds`,
      },
    ],
  };
}

function millisecondsOf(span: string): number {
  return Duration.parse(span).milliseconds;
}

/** CEL for: one duration is at most the other. Whole milliseconds where one of them is a number. */
export function isAtMost(one: string, most: string): string {
  return (
    `(type(${one}) == string && type(${most}) == string ? duration(${one}) <= duration(${most})` +
    ` : ${celMilliseconds(one)} <= ${celMilliseconds(most)})`
  );
}

/** CEL for: this duration is 0. */
export function isZero(one: string): string {
  return `(type(${one}) == int ? ${one} == 0 : duration(${one}) == duration('0s'))`;
}

/** CEL for: this duration in whole milliseconds. */
export function celMilliseconds(value: string): string {
  return `(type(${value}) == int ? ${value} : duration(${value}).getMilliseconds())`;
}

/** CEL for: this text is a share. */
export const isRatio = (self: string): string => `${self}.matches(${celText(ratioPattern)})`;

/** CEL for: this text is a rate, and not 0. */
export const isRate = (self: string): string =>
  `(${self}.lowerAscii().matches(${celText(ratePattern)}) && ${self}.matches('[1-9]'))`;

/** Of text alone. */
export const isDuration = (self: string): string =>
  `(${self}.size() > 1 && ${self}.matches(${celText(durationPattern)}))`;

const ratioRule: Rule = {
  rule: isRatio('self'),
  message: 'must be a share like 1%, 0.1% or 0.01, from 0 to 100%',
};

const rateRule: Rule = {
  rule: isRate('self'),
  message:
    'must be a rate like 10mbit, from 8bit to 1tbit, in bit, kbit, mbit, gbit, tbit, kibit, mibit or gibit',
};

/** A share of packets, as text. */
export function ratio(description: string): JsonSchema {
  return text(`${description} As 1% or 0.01.`, 16, ratioRule);
}

/** Bits per second, as text in the units of tc(8). */
export function rate(description: string): JsonSchema {
  return text(`${description} As 10mbit.`, 24, rateRule);
}

/** Ports of the other end; a number, or a range as text. */
export const ports: JsonSchema = {
  type: 'array',
  description: 'Ports of the other end, as 2379 or "20160-20180"; TCP and UDP. Absent: all.',
  minItems: 1,
  maxItems: mostPorts,
  items: {
    ...{ 'x-kubernetes-int-or-string': true, minimum: 1, maximum: 65_535 },
    ...{ maxLength: 11, pattern: portsPattern },
  },
};

/** For netem's random numbers. */
export const seed = integer('Makes the random numbers of the fault the same each time; Linux 6.6 or newer.', [
  0,
  Number.MAX_SAFE_INTEGER,
]);
