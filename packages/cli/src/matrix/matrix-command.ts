import { Command } from 'commander';
import { presets } from '@podlag/api';
import { didYouMean, quote } from '@podlag/core';
import { cliErrors } from '../frame/cli-errors';
import type { CommandContext } from '../frame/command-context';
import { examples } from '../frame/examples';
import { withNamespaceFlags, withOutput, type OutputFlags } from '../frame/global-flags';
import { applyCommand, applyFile, type ApplyCommandFlags } from '../objects/apply-command';
import { deleteCommand, deleteObjects, type DeleteFlags } from '../objects/delete-command';
import { listCommand, printObjects, type ListFlags } from '../objects/list-command';
import { objectKinds } from '../objects/object-kinds';
import { print } from '../output/print';
import { presetMatrix, printMatrix, showCommand } from './show-command';

/** `podlag matrix`: LatencyMatrix objects, a namespace spread over the world. */
export function matrixCommand(context: CommandContext): Command {
  const kind = objectKinds.LatencyMatrix;
  const apply = withNamespaceFlags(
    applyCommand('Apply LatencyMatrices, and wait until every agent has its row in force.'),
  )
    .addHelpText('after', examples(context, ['matrix apply -f three-regions.yaml']))
    .action((flags: ApplyCommandFlags) => applyFile(context, [kind], flags));
  const list = listCommand('List LatencyMatrices.').action((flags: ListFlags) =>
    printObjects(context, kind, flags),
  );
  const remove = deleteCommand(
    'Delete LatencyMatrices; what they added is gone within their ttl at the latest.',
  ).action((names: readonly string[], flags: DeleteFlags) => deleteObjects(context, kind, names, flags));
  return new Command('matrix')
    .description('Round-trip times between regions, as LatencyMatrix objects.')
    .addCommand(apply)
    .addCommand(list)
    .addCommand(showCommand(context))
    .addCommand(presetsCommand(context))
    .addCommand(remove);
}

function presetsCommand(context: CommandContext): Command {
  return withOutput(new Command('presets'))
    .description('List the measured round-trip times that come with podlag; with a name its table, in ms.')
    .argument('[preset]', 'as a LatencyMatrix names it')
    .addHelpText('after', examples(context, ['matrix presets', 'matrix presets -o json']))
    .action((name: string | undefined, flags: OutputFlags) =>
      name === undefined ? listPresets(context, flags) : showPreset(context, name, flags),
    );
}

function showPreset(context: CommandContext, name: string, { output }: OutputFlags): void {
  const preset = presets.find((known) => known.name === name);
  if (preset === undefined) {
    const known = presets.map((one) => one.name);
    throw cliErrors.error('no-such-object', `no preset ${quote(name)}.${didYouMean(name, known)}`, {
      hint: `There are ${known.join(', ')}.`,
    });
  }
  printMatrix(context, presetMatrix(preset), output);
  context.stderr(`${preset.title}, ${preset.date}. ${preset.source} (${preset.licence})\n`);
}

function listPresets(context: CommandContext, { output }: OutputFlags): void {
  print(context, output, {
    document: {
      presets: presets.map(({ name, title, source, date, licence, regions }) => ({
        ...{ name, title, source, date, licence },
        regions: [...regions],
      })),
    },
    rows: presets,
    columns: [
      { heading: 'NAME', text: ({ name }) => name },
      { heading: 'REGIONS', text: ({ regions }) => String(regions.length), align: 'right' },
      { heading: 'DATE', text: ({ date }) => date },
      { heading: 'TITLE', text: ({ title }) => title },
    ],
    wide: [
      { heading: 'LICENCE', text: ({ licence }) => licence },
      { heading: 'SOURCE', text: ({ source }) => source },
    ],
  });
}
