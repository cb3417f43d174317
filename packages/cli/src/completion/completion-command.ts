import { Argument, Command } from 'commander';
import type { CommandContext } from '../frame/command-context';
import { examples } from '../frame/examples';
import { complete } from './complete';
import { shells, type Shell } from './shell-scripts';

/** `podlag completion`: a script for the shell, which asks podlag itself for each word. */
export function completionCommand(context: CommandContext): Command {
  return new Command('completion')
    .description('Print a script that makes a shell complete podlag’s commands, flags and live names.')
    .addArgument(new Argument('<shell>').choices(Object.keys(shells)))
    .addHelpText(
      'after',
      `${examples(context, ['completion bash > ~/.local/share/bash-completion/completions/podlag'])}
For kubectl podlag, kubectl_complete-podlag has to be on PATH, which scripts/install-cli sees to.\n`,
    )
    .action((shell: Shell) => context.stdout(shells[shell]));
}

/** In the words of kubectl's protocol for plugins: keep to the candidates, or let the shell offer files too. */
const directives = { noFiles: 4, files: 0 } as const;

/** The hidden command that the shells' scripts and kubectl_complete-podlag call: a candidate a line, then a directive. */
export function completeCommand(context: CommandContext, program: () => Command): Command {
  return new Command('__complete')
    .argument('[word...]')
    .allowUnknownOption()
    .helpOption(false)
    .action(async (words: readonly string[]) => {
      const { candidates, files } = await complete(context, program(), words);
      const directive = files ? directives.files : directives.noFiles;
      context.stdout(`${candidates.map((one) => `${one}\n`).join('')}:${directive}\n`);
    });
}
