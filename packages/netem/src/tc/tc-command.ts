import type { Duration, Rate, Ratio } from '@podlag/core';

/**
 * One command of tc(8), or of ip(8) when it begins with `link`, in words. Words come from this package's own constants
 * and from value objects only; a batch line is split at spaces and at line breaks, so neither may ever be in one, but
 * for the bytecode of cls_bpf, which is numbers, commas and blanks and goes in quotation marks.
 */
export interface TcCommand {
  readonly words: readonly string[];
}

const safeWord = /^[A-Za-z0-9:._%/@-]+$/;
const bytecode = /^[0-9]+(,[0-9]+( [0-9]+){3})+$/;

export function tcCommand(...words: readonly string[]): TcCommand {
  const unsafe = words.find((word) => !safeWord.test(word) && !bytecode.test(word));
  // Not an error for users: every value was parsed before it came here.
  if (unsafe !== undefined) throw new Error(`not a word of a tc command: ${JSON.stringify(unsafe)}`);
  return { words };
}

/** As a line of `tc -batch`, which knows quotation marks (iproute2, lib/utils.c, makeargs). */
export function batchLine({ words }: TcCommand): string {
  return words.map((word) => (safeWord.test(word) ? word : `"${word}"`)).join(' ');
}

/** As somebody would type it. */
export function shellLine(command: TcCommand): string {
  const subject = command.words.find((word) => !word.startsWith('-'));
  return `${subject === 'link' ? 'ip' : 'tc'} ${batchLine(command)}`;
}

/** tc reads a time as a whole number of microseconds and sends it in ticks of 64 ns (q_netem.c, get_ticks). */
export const tcTimeStep = 1_000;

/** Ticks are 32 bits wide: 274 s. */
export const longestTcTime = 2 ** 32 * 64;

/** The value in the larger unit in which it is whole: tc reads a float, and only whole ones are sure to be exact. */
export function tcTime({ nanoseconds }: Duration): string {
  if (nanoseconds % 1_000_000 === 0) return `${nanoseconds / 1_000_000}ms`;
  // A fraction is for people to read: what tc itself is told has none, it would be cut off.
  return `${nanoseconds / tcTimeStep}us`;
}

export function tcRate(rate: Rate): string {
  return rate.toString();
}

export function tcRatio(ratio: Ratio): string {
  return ratio.toString();
}
