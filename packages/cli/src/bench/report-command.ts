import { readRun, reportHtml } from '@podlag/bench';
import { Command } from 'commander';
import { join } from 'node:path';
import type { CommandContext } from '../frame/command-context';
import { examples } from '../frame/examples';
import { findRunFolders, runNaming } from './find-run';
import { withResults, type ResultsFlags } from './results-folder';

interface Flags extends ResultsFlags {
  readonly output?: string;
}

/** `podlag bench report`: a page of HTML that stands by itself. */
export function reportCommand(context: CommandContext): Command {
  return withResults(new Command('report'))
    .description(
      'Write a run as one page of HTML with plots, which needs nothing else and can be sent to anybody; with B the two against each other. ' +
        'Prints where it is.',
    )
    .argument('<run>', runNaming)
    .argument('[b]', 'another run, which is held against the first')
    .option(
      '-o, --output <file>',
      'where to write, or - for standard output; default: report.html in the (last) run’s folder',
    )
    .addHelpText(
      'after',
      examples(context, ['bench report latest', 'bench report latest~1 latest -o difference.html']),
    )
    .action((run: string, b: string | undefined, flags: Flags) => report(context, [run, b], flags));
}

async function report(
  context: CommandContext,
  [given, b]: readonly [string, string | undefined],
  { output, ...place }: Flags,
): Promise<void> {
  const [folder, lastFolder] = await findRunFolders(context, place, [given, b ?? given]);
  const first = await readRun(folder, { rawOutput: false });
  const html = reportHtml(
    b === undefined ? [first] : [first, await readRun(lastFolder, { rawOutput: false })],
  );
  if (output === '-') {
    context.stdout(html);
    return;
  }
  const file =
    output ?? join(lastFolder, b === undefined ? 'report.html' : `report-against-${first.manifest.run}.html`);
  await context.writeFile(file, html);
  context.stdout(`${file}\n`);
}
