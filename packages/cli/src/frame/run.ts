import { isPodlagError } from '@podlag/core';
import { CommanderError } from 'commander';
import type { CommandContext } from './command-context';
import { exitCodeOf, exitCodes, type ExitCode } from './exit-code';
import { podlagProgram } from './program';

/** What the caller gives of the context; the verdict of the command is the answer. */
export type Surroundings = Omit<CommandContext, 'exitWith'>;

/** Runs one command line to its end, tells its error on stderr, and gives what the process is to end with. */
export async function runPodlag(words: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
  let verdict: ExitCode = exitCodes.ok;
  const context: CommandContext = {
    ...surroundings,
    exitWith: (code) => {
      verdict = code;
    },
  };
  try {
    await podlagProgram(context).parseAsync([...words], { from: 'user' });
    return verdict;
  } catch (error) {
    // commander has told its own by then.
    if (!(error instanceof CommanderError)) context.stderr(`${errorText(error)}\n`);
    return exitCodeOf(error);
  }
}

function errorText(error: unknown): string {
  if (isPodlagError(error)) return `error: ${error.toText()}`;
  return `error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
}
