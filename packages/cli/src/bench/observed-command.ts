import { observed, observedTable, type Observed, type ObservedOptions } from '@podlag/bench';
import { Command } from 'commander';
import type { CommandContext } from '../frame/command-context';
import { examples } from '../frame/examples';
import { exitCodes, type ExitCode } from '../frame/exit-code';
import { withOutput } from '../frame/global-flags';
import { yamlOf } from '../output/print';
import { findRun, runNaming } from './find-run';
import { magnitudeFlag, type Magnitude } from './magnitude';
import { withResults, type ResultsFlags } from './results-folder';
import { byOption, metricsOption } from './show-command';

const formats = ['table', 'json', 'yaml'] as const;

interface Flags extends ResultsFlags, Pick<ObservedOptions, 'by' | 'metrics'> {
  readonly output?: (typeof formats)[number];
  readonly tolerance?: Magnitude;
}

/** `podlag bench observed`: whether each condition added what it asks for. */
export function observedCommand(context: CommandContext): Command {
  return withOutput(withResults(new Command('observed')), formats)
    .description(
      'Hold the delay that each condition of a run asks for against what it added in fact, and say what a request pays for it, round trip ' +
        `by round trip. Exit status ${exitCodes.off} when anything is off, ${exitCodes.inconclusive} when a delay could not be told.`,
    )
    .argument('<run>', runNaming)
    .option(
      '--tolerance <tolerance>',
      'how far off is still as asked: 2% or 1ms; given twice, both, of which the greater counts; default 2% and 1ms',
      magnitudeFlag,
    )
    .addOption(byOption('pair'))
    .addOption(metricsOption('first, of each count of round trips'))
    .addHelpText(
      'after',
      examples(context, ['bench observed latest', 'bench observed latest --by pool --tolerance 5%']),
    )
    .action((run: string, flags: Flags) => show(context, run, flags));
}

async function show(context: CommandContext, given: string, flags: Flags): Promise<void> {
  const { output = 'table', by, metrics, tolerance } = flags;
  const options = { ...(by && { by }), ...(metrics && { metrics }), ...(tolerance && { tolerance }) };
  const document = observed(await findRun(context, flags, given), options);
  context.stdout(texts[output](document));
  context.exitWith(codeOf(document));
}

const texts: Readonly<Record<(typeof formats)[number], (document: Observed) => string>> = {
  table: (document) => observedTable(document),
  json: (document) => `${JSON.stringify(document, undefined, 2)}\n`,
  yaml: (document) => yamlOf(document),
};

/** A fault without a fixed delay, as loss, asks for nothing that could be told here: it takes nothing from the verdict. */
function codeOf({ rows }: Observed): ExitCode {
  if (rows.some(({ verdict }) => verdict === 'off')) return exitCodes.off;
  const judged = rows.filter(({ expected }) => expected !== undefined);
  const isAsAsked = judged.every(({ verdict }) => verdict === 'as asked');
  const isJudged = ({ condition }: Observed['rows'][number]): boolean =>
    judged.some((row) => row.condition === condition);
  const isTold = rows.length > 0 && rows.every((row) => row.asked === undefined || isJudged(row));
  return isAsAsked && isTold ? exitCodes.ok : exitCodes.inconclusive;
}
