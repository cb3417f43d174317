import type { Duration, Rate, Ratio } from '@podlag/core';

/**
 * One command of tc(8), in words. Words come from this package's own constants and from value objects only; a batch
 * line is split at spaces and at line breaks, so neither may ever be in one.
 */
export interface TcCommand {
  readonly words: readonly string[];
}

const safeWord = /^[A-Za-z0-9:._%/@-]+$/;

export function tcCommand(...words: readonly string[]): TcCommand {
  const unsafe = words.find((word) => !safeWord.test(word));
  // Not an error for users: every value was parsed before it came here.
  if (unsafe !== undefined) throw new Error(`not a word of a tc command: ${JSON.stringify(unsafe)}`);
  return { words };
}

/** As a line of `tc -batch`. */
export function batchLine({ words }: TcCommand): string {
  return words.join(' ');
}

/** As somebody would type it. */
export function shellLine(command: TcCommand): string {
  return `tc ${batchLine(command)}`;
}

/** The largest unit in which the value is whole: tc reads a float, and only whole ones are sure to be exact in it. */
export function tcTime({ nanoseconds }: Duration): string {
  if (nanoseconds % 1_000_000 === 0) return `${nanoseconds / 1_000_000}ms`;
  if (nanoseconds % 1_000 === 0) return `${nanoseconds / 1_000}us`;
  return `${nanoseconds}ns`;
}

export function tcRate(rate: Rate): string {
  return rate.toString();
}

export function tcRatio(ratio: Ratio): string {
  return ratio.toString();
}
