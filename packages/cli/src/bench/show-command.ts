import {
  csvOf,
  junitOf,
  markdownOf,
  openMetricsOf,
  predecessorResults,
  runTable,
  summarise,
} from '@podlag/bench';
import type { Run, RunViewOptions } from '@podlag/bench';
import { Command, Option } from 'commander';
import { cliErrors } from '../frame/cli-errors';
import type { CommandContext } from '../frame/command-context';
import { examples } from '../frame/examples';
import { withOutput } from '../frame/global-flags';
import { yamlOf } from '../output/print';
import { findRun, runNaming } from './find-run';
import { withResults, type ResultsFlags } from './results-folder';

const summaryFormats = ['table', 'wide', 'json', 'yaml', 'markdown'] as const;
/** Those of every sample, or of a form that is fixed. */
const otherFormats = ['csv', 'junit', 'openmetrics', 'results-json'] as const;
/** Those that show what the tools wrote. */
const withRawOutput = new Set<string>(['junit', 'results-json']);
type SummaryFormat = (typeof summaryFormats)[number];
type OtherFormat = (typeof otherFormats)[number];

interface Flags extends ResultsFlags, Pick<RunViewOptions, 'by' | 'metrics'> {
  readonly output?: SummaryFormat | OtherFormat;
}

/** `podlag bench show`: what a run has measured. */
export function showCommand(context: CommandContext): Command {
  return withOutput(withResults(new Command('show')), [...summaryFormats, ...otherFormats])
    .description(
      'Show what a run has measured. csv has every sample, junit a case for each; openmetrics is for Prometheus; results-json is ' +
        'the results file of podlag’s predecessor, field for field.',
    )
    .argument('<run>', runNaming)
    .addOption(byOption('pool; pair with wide, json and yaml'))
    .addOption(metricsOption('first; all with wide, json and yaml'))
    .addHelpText(
      'after',
      examples(context, [
        'bench show latest',
        'bench show latest --by pair --metrics all',
        'bench show cross-node-2026 -o markdown >> pull-request.md',
        'bench show latest~1 -o csv > samples.csv',
      ]),
    )
    .action((run: string, flags: Flags) => show(context, run, flags));
}

/** `--by`. @param standard what it is when it is not given */
export function byOption(standard: string): Option {
  return new Option(
    '--by <what>',
    `each pair of workers by itself, or all of a place pooled; default ${standard}`,
  ).choices(['pair', 'pool']);
}

/** `--metrics`. @param standard what it is when it is not given */
export function metricsOption(standard: string): Option {
  return new Option(
    '--metrics <which>',
    `each benchmark’s first metric, or all; default ${standard}`,
  ).choices(['first', 'all']);
}

async function show(context: CommandContext, given: string, flags: Flags): Promise<void> {
  const { output = 'table', by, metrics } = flags;
  const run = await findRun(context, flags, given, { rawOutput: withRawOutput.has(output) });
  if (isOther(output)) {
    assertNotGiven(output, flags);
    context.stdout(otherTexts[output](run));
    return;
  }
  context.stdout(summaryTexts[output](run, { ...(by && { by }), ...(metrics && { metrics }) }));
}

function isOther(format: SummaryFormat | OtherFormat): format is OtherFormat {
  return (otherFormats as readonly string[]).includes(format);
}

function assertNotGiven(output: OtherFormat, { by, metrics }: Flags): void {
  if (by === undefined && metrics === undefined) return;
  throw cliErrors.error('usage', `-o ${output} has everything: --by and --metrics do not go with it`, {
    hint: `Leave them out, or print ${summaryFormats.join(', ')}.`,
  });
}

const summaryTexts: Readonly<Record<SummaryFormat, (run: Run, options: RunViewOptions) => string>> = {
  table: (run, options) => runTable(run, options),
  wide: (run, options) => runTable(run, { wide: true, ...options }),
  markdown: (run, options) => markdownOf(run, options),
  json: (run, options) => `${JSON.stringify(documentOf(run, options), undefined, 2)}\n`,
  yaml: (run, options) => yamlOf(documentOf(run, options)),
};

const otherTexts: Readonly<Record<OtherFormat, (run: Run) => string>> = {
  csv: csvOf,
  junit: junitOf,
  openmetrics: openMetricsOf,
  'results-json': (run) => `${JSON.stringify(predecessorResults(run), undefined, 2)}\n`,
};

/** Of benchShowOutput. */
function documentOf(run: Run, { by = 'pair', metrics = 'all' }: RunViewOptions): object {
  const { scenario, ...manifest } = run.manifest;
  const { phase, startedAt, endedAt, problem, seed, planned, leftOut } = manifest;
  const failed = run.samples.filter(({ status }) => status !== 'ok').length;
  return {
    ...{ run: manifest.run, phase, startedAt, endedAt, problem, seed, scenario },
    ...{ planned, samples: run.samples.length, failed, leftOut },
    summaries: summarise(run, { by, metrics }),
  };
}
