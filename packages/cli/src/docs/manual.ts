import type { Argument, Command, Option } from 'commander';
import { isHidden } from '../completion/complete';
import { exitCodes } from '../frame/exit-code';
import { pathOf } from '../frame/program';
import { outputSchemas } from '../output/schemas';
import { schemaOutline } from './schema-outline';

const introduction = `<!-- Made by packages/cli/bundle/generate.mjs out of the commands themselves: change those, and run pnpm generate. -->

# podlag, also kubectl podlag

Ask for faults, see that they are so, and find out why not. \`./scripts/install-cli\` builds it and puts it on your PATH under
both names. It speaks to the cluster that kubectl speaks to, as whom kubectl does; with \`--agent HOST[:PORT]\` straight to
agents, without any cluster. Agents in token mode get a token by themselves where you may read the Secret
\`podlag-token-keys\` of podlag's own namespace.

Data goes to standard output, all else to standard error. \`-o json\` and \`-o yaml\` are stable: fields may come, none goes and
none changes its meaning. Durations are strings such as \`20ms\`, times are RFC 3339.

| exit status | means |
| ----------- | ----- |
| ${exitCodes.ok} | what was asked for is so |
| ${exitCodes.failed} | it could not be done; standard error says why, and what to do |
| ${exitCodes.usage} | the command line is wrong; nothing was tried |
| ${exitCodes.off} | \`verify\`, \`check\` or \`bench observed\` found something that is not as it should be |
| ${exitCodes.worse} | \`bench compare\`: the second is worse than the first |
| ${exitCodes.inconclusive} | \`bench compare\` and \`bench observed\`: what was measured is not enough to decide |
| ${exitCodes.interrupted} | \`bench run\` and \`bench attach\` were interrupted; what was measured is kept |
`;

/** docs/cli.md: the reference of the whole command line. */
export function manual(program: Command): string {
  return `${introduction}\n${leaves(program).map(section).join('\n')}`;
}

function leaves(command: Command): readonly Command[] {
  const below = command.commands.filter((one) => !isHidden(one));
  return below.length === 0 ? [command] : below.flatMap(leaves);
}

function section(command: Command): string {
  const path = pathOf(command);
  const usage = [path, ...command.registeredArguments.map(argumentUsage)].join(' ');
  const args = command.registeredArguments.filter(({ description }) => description !== '').map(argumentRow);
  const options = command.options.filter(({ hidden }) => !hidden).map(optionRow);
  const rows = [...args, ...options].join('');
  const table = rows === '' ? '' : `\n| | |\n|---|---|\n${rows}`;
  return `## ${path}\n\n    ${usage}\n\n${command.description()}\n${table}${documentOf(path)}`;
}

function argumentUsage(argument: Argument): string {
  const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
  return argument.required ? `<${name}>` : `[${name}]`;
}

function argumentRow(argument: Argument): string {
  return `| \`${argument.name()}\` | ${cell(argument.description)} |\n`;
}

function optionRow({ flags, description, argChoices, defaultValue }: Option): string {
  const choices = argChoices === undefined ? '' : `: ${argChoices.join(', ')}`;
  const standard =
    defaultValue === undefined || typeof defaultValue === 'boolean'
      ? ''
      : `; default ${String(defaultValue)}`;
  return `| \`${flags}\` | ${cell(`${description}${choices}${standard}`)} |\n`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

/** What -o json prints; several shapes where the flags decide. */
function documentOf(path: string): string {
  const schemas = Object.entries(outputSchemas).filter(([command]) => command.split(' --')[0] === path);
  return schemas
    .map(([command, schema]) => {
      const flag = / --.*$/.exec(command)?.[0] ?? '';
      return `\n\`-o json\`${flag === '' ? '' : ` with \`${flag.trim()}\``}:\n\n\`\`\`\n${schemaOutline(schema)}\n\`\`\`\n`;
    })
    .join('');
}
