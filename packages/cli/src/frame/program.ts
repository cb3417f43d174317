import { Command } from 'commander';
import { commands } from '../commands';
import { completeCommand } from '../completion/completion-command';
import type { CommandContext } from './command-context';
import { exitCodes } from './exit-code';

const description = `Network faults for the pods of a cluster: ask for them, see that they are so, and find out why not.

Through the cluster that kubectl speaks to, or with --agent straight to agents.`;

const ending = `
Exit status: ${exitCodes.ok} done; ${exitCodes.failed} failed; ${exitCodes.usage} wrong usage; ${exitCodes.off} verify, check or bench observed found
something off; bench compare: ${exitCodes.worse} worse, ${exitCodes.inconclusive} inconclusive; bench run: ${exitCodes.interrupted} interrupted.
Data goes to standard output, all else to standard error.`;

/**
 * The whole command line. Throws a CommanderError for a bad argument and after --help, and PodlagErrors for what could not
 * be done.
 */
export function podlagProgram(context: CommandContext): Command {
  const program = new Command(context.name)
    .description(description)
    .addHelpText('after', ending)
    // Beside our own `version`, which asks the agents too, and completion's words for `help`.
    .helpCommand(false)
    .allowExcessArguments(false);
  for (const make of commands) program.addCommand(make(context));
  program.addCommand(
    completeCommand(context, () => program),
    { hidden: true },
  );
  for (const command of allOf(program)) {
    command
      .exitOverride()
      .configureOutput({ writeOut: context.stdout, writeErr: context.stderr })
      .showHelpAfterError(`  hint: see ${pathOf(command)} --help`);
  }
  return program;
}

/** The command and all below it. */
function allOf(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap(allOf)];
}

/** As it is typed: `podlag latency set`. */
export function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}
