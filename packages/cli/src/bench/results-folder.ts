import type { Command } from 'commander';

/** Where runs are kept on this machine. */
export interface ResultsFlags {
  readonly results: string;
}

/** Default of `--results`: below the working folder. */
export const defaultResults = 'podlag-results';

/** `--results`. */
export function withResults(command: Command): Command {
  return command.option('--results <folder>', 'where runs are kept on this machine', defaultResults);
}
