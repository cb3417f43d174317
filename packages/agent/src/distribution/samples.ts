import { quote } from '@podlag/core';
import { distributionErrors } from './distribution-errors';
import { pingLogEntry } from './ping-log';

/** Units of a list of numbers, in nanoseconds. */
export const sampleUnits = { ns: 1, us: 1_000, ms: 1_000_000, s: 1_000_000_000 } as const;
export type SampleUnit = keyof typeof sampleUnits;

/** Measured delays, in the order in which they were measured. */
export interface Samples {
  /** `mixed`: a ping log with bare numbers in it. */
  readonly kind: 'ping' | 'numbers' | 'mixed';
  readonly nanoseconds: readonly number[];
  /** Of a ping log: round trips shorter than what that ping can show, taken as half of it. */
  readonly tooShort: number;
  /** Of a ping log: the share that its summary reports as lost. */
  readonly lostShare: number | undefined;
}

const numberPattern = /^([0-9]+(?:\.[0-9]*)?(?:e[-+]?[0-9]+)?)\s*(ns|us|ms|s)?$/i;

/**
 * Reads what a ping printed, or one delay a line: a number in `unit`, or a duration such as `20.3ms`. Empty lines and
 * lines that begin with # are left out.
 *
 * @param name what to call the text in an error
 * @throws PodlagError `not-a-sample`, with the line
 */
export function parseSamples(name: string, text: string, unit: SampleUnit): Samples {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const entries = lines.flatMap((line) => pingLogEntry(line) ?? []);
  if (entries.length === 0) {
    const nanoseconds = lines.flatMap((line, index) => listed(line, `${name}:${index + 1}`, unit));
    return { kind: 'numbers', nanoseconds, tooShort: 0, lostShare: undefined };
  }
  const replies = entries.filter((entry) => entry.kind === 'reply');
  return {
    kind: lines.some((line) => numberPattern.test(line)) ? 'mixed' : 'ping',
    nanoseconds: lines.flatMap(
      (line) => logged(line) ?? (numberPattern.test(line) ? listed(line, name, unit) : []),
    ),
    tooShort: replies.filter((reply) => reply.tooShort).length,
    lostShare: entries.find((entry) => entry.kind === 'summary')?.lostShare,
  };
}

/** The round trip of a line of a ping log; undefined for another line. */
function logged(line: string): readonly number[] | undefined {
  const entry = pingLogEntry(line);
  return entry?.kind === 'reply' ? [entry.milliseconds * sampleUnits.ms] : undefined;
}

function listed(line: string, place: string, unit: SampleUnit): readonly number[] {
  if (line === '' || line.startsWith('#')) return [];
  const [, number, ownUnit = unit] = numberPattern.exec(line) ?? [];
  if (number === undefined) {
    throw distributionErrors.error('not-a-sample', `${place}: ${quote(line)} is not a delay`);
  }
  return [Number(number) * sampleUnits[ownUnit.toLowerCase() as SampleUnit]];
}
