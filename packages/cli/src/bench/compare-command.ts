import {
  compareConditions,
  comparisonMarkdown,
  comparisonTable,
  compareRuns,
  junitOf,
  readRun,
  withoutFaults,
} from '@podlag/bench';
import { benchErrors, type CompareOptions, type Comparison, type Run, type Verdict } from '@podlag/bench';
import { didYouMean, quote } from '@podlag/core';
import { Command, InvalidArgumentError } from 'commander';
import { cliErrors } from '../frame/cli-errors';
import type { CommandContext } from '../frame/command-context';
import { examples } from '../frame/examples';
import { exitCodes, type ExitCode } from '../frame/exit-code';
import { withOutput } from '../frame/global-flags';
import { yamlOf } from '../output/print';
import { findRunFolders, runNaming } from './find-run';
import { magnitudeFlag, type Magnitude } from './magnitude';
import { withResults, type ResultsFlags } from './results-folder';
import { byOption, metricsOption } from './show-command';

const formats = ['table', 'wide', 'json', 'yaml', 'markdown', 'junit'] as const;

interface Flags extends ResultsFlags, Pick<CompareOptions, 'metrics' | 'by'> {
  readonly output?: (typeof formats)[number];
  readonly minimumEffect?: Magnitude;
  readonly conditions?: readonly [string, string];
}

/** `podlag bench compare`: whether B is better or worse than A. */
export function compareCommand(context: CommandContext): Command {
  return withOutput(withResults(new Command('compare')), formats)
    .description(
      'Say whether B is better or worse than A: first what differs around the two, then the shift of each figure, with its interval. ' +
        `Exit status ${exitCodes.worse} when B is worse, ${exitCodes.inconclusive} when what was measured does not tell. ` +
        'See docs/bench.md for how it is judged.',
    )
    .argument('<a>', runNaming)
    .argument('[b]', 'the other run; left out with --conditions, which are then both of A')
    .option(
      '--minimum-effect <effect>',
      'less is no difference: 5%, or of times 2ms; given twice, both, of which the greater counts; default 5% and 0.2ms',
      magnitudeFlag,
    )
    .option(
      '--conditions <a,b>',
      'one condition against another, as none,slow; within one run they were measured by turns',
      conditionsFlag,
    )
    .addOption(byOption('pair, where both have it'))
    .addOption(metricsOption('first'))
    .addHelpText(
      'after',
      examples(context, [
        'bench compare latest~1 latest',
        'bench compare latest --conditions none,slow',
        'bench compare before-upgrade after-upgrade --minimum-effect 10% -o junit > verdict.xml',
      ]),
    )
    .action((a: string, b: string | undefined, flags: Flags) => compare(context, [a, b], flags));
}

function conditionsFlag(text: string): readonly [string, string] {
  const [a, b, more] = text.split(',');
  if (a && b && more === undefined) return [a, b];
  throw new InvalidArgumentError('Give two names of conditions, as in none,slow.');
}

async function compare(
  context: CommandContext,
  [a, b]: readonly [string, string | undefined],
  flags: Flags,
): Promise<void> {
  const comparison = await compared(context, [a, b], flags);
  context.stdout(texts[flags.output ?? 'table'](comparison));
  context.exitWith(codes[comparison.verdict]);
}

async function compared(
  context: CommandContext,
  [a, b]: readonly [string, string | undefined],
  flags: Flags,
): Promise<Comparison> {
  const { conditions } = flags;
  if (b === undefined && (conditions === undefined || conditions[0] === conditions[1])) {
    const other = conditions === undefined ? 'nothing' : 'itself';
    throw cliErrors.error('usage', `${quote(a)} is to be compared with ${other}`, {
      hint: 'Name another run after it, or two of its own conditions with --conditions none,NAME.',
    });
  }
  const [folderA, folderB] = await findRunFolders(context, flags, [a, b ?? a]);
  const runA = await readRun(folderA, { rawOutput: false });
  const runB = b === undefined ? runA : await readRun(folderB, { rawOutput: false });
  return toldApart(comparisonOf(runA, runB, flags), folderA, folderB);
}

/** Two folders may hold runs of one name: copies, of which one was changed. */
function toldApart(comparison: Comparison, folderA: string, folderB: string): Comparison {
  const { a, b } = comparison;
  return a === b && folderA !== folderB
    ? { ...comparison, a: `${a} in ${folderA}`, b: `${b} in ${folderB}` }
    : comparison;
}

function comparisonOf(runA: Run, runB: Run, flags: Flags): Comparison {
  const { minimumEffect, metrics, conditions, by } = flags;
  const options = {
    ...(minimumEffect && { minimumEffect }),
    ...(metrics && { metrics }),
    ...(by && { by }),
  };
  if (conditions === undefined) return compareRuns(runA, runB, options);
  assertMeasured(runA, conditions[0]);
  assertMeasured(runB, conditions[1]);
  return runA === runB
    ? compareConditions(runA, ...conditions, options)
    : compareRuns(runA, runB, { ...options, conditions });
}

function assertMeasured({ manifest, samples }: Run, condition: string): void {
  const known = new Set([withoutFaults.name, ...samples.map((sample) => sample.condition)]);
  if (known.has(condition)) return;
  const names = [...known];
  throw benchErrors.error(
    'not-comparable',
    `${manifest.run} has measured nothing under ${quote(condition)}.${didYouMean(condition, names)}`,
    { hint: `It has ${names.join(', ')}.` },
  );
}

const texts: Readonly<Record<(typeof formats)[number], (comparison: Comparison) => string>> = {
  table: (comparison) => comparisonTable(comparison),
  wide: (comparison) => comparisonTable(comparison, { wide: true }),
  markdown: (comparison) => comparisonMarkdown(comparison),
  junit: (comparison) => junitOf(comparison),
  json: (comparison) => `${JSON.stringify(comparison, undefined, 2)}\n`,
  yaml: (comparison) => yamlOf(comparison),
};

const codes: Readonly<Record<Verdict, ExitCode>> = {
  better: exitCodes.ok,
  same: exitCodes.ok,
  worse: exitCodes.worse,
  inconclusive: exitCodes.inconclusive,
};
