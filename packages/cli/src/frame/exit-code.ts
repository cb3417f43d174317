import { isPodlagError } from '@podlag/core';
import { CommanderError } from 'commander';
import { cliErrors } from './cli-errors';

/** All that podlag ends with. Stable: scripts match on them. */
export const exitCodes = {
  /** What was asked for is so. */
  ok: 0,
  /** It could not be done. */
  failed: 1,
  /** The command line is wrong; nothing was tried. */
  usage: 2,
  /** verify, check and bench observed: it was measured or looked at, and something is not as it should be. */
  off: 3,
  /** bench compare: the second is worse than the first. */
  worse: 4,
  /** bench compare and observed: what was measured is not enough to decide. */
  inconclusive: 5,
  /** bench run and attach: ended by Ctrl-C, as a shell counts it (128 and SIGINT's 2). */
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** What a command that threw `error` ends with. */
export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  if (isPodlagError(error) && error.kind === cliErrors.kinds.usage) return exitCodes.usage;
  return exitCodes.failed;
}
