import type { CommandContext } from './command-context';

/** The end of a command's --help: lines to type, each after the program's name. */
export function examples({ name }: Pick<CommandContext, 'name'>, lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  ${name} ${line}\n`).join('')}`;
}
