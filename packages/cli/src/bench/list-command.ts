import { benchmarks, listRuns, type Benchmark, type RunEntry } from '@podlag/bench';
import { Command } from 'commander';
import { basename } from 'node:path';
import type { CommandContext } from '../frame/command-context';
import { examples } from '../frame/examples';
import { withOutput, type OutputFlags } from '../frame/global-flags';
import type { BenchBenchmarksOutput, BenchListOutput } from '../output/bench-list-output';
import { print } from '../output/print';
import { withResults, type ResultsFlags } from './results-folder';

interface Flags extends OutputFlags, ResultsFlags {
  readonly benchmarks?: true;
}

type ListedRun = BenchListOutput['runs'][number];

/** `podlag bench list`: the runs that are here, or what can be measured. */
export function listCommand(context: CommandContext): Command {
  return withOutput(withResults(new Command('list')))
    .description('List the runs that are kept here, the last first; or what can be measured.')
    .option('--benchmarks', 'instead: the benchmarks that a scenario can name, and what each measures')
    .addHelpText('after', examples(context, ['bench list', 'bench list --benchmarks -o wide']))
    .action((flags: Flags) =>
      flags.benchmarks === true ? listBenchmarks(context, flags) : list(context, flags),
    );
}

async function list(context: CommandContext, { results, output }: Flags): Promise<void> {
  const entries = await listRuns(results);
  const runs = entries.flatMap((entry) => (entry.kind === 'run' ? [listed(entry)] : []));
  const broken = entries.flatMap((entry) => (entry.kind === 'broken' ? [entry] : []));
  for (const { problem } of broken) context.stderr(`warning: ${problem.toText()}\n`);
  const document: BenchListOutput = {
    runs,
    unreadable: broken.map(({ folder, problem: { code, detail, hint } }) => ({
      folder,
      problem: { code, detail, hint },
    })),
  };
  print(context, output, {
    document,
    rows: runs,
    columns: [
      { heading: 'RUN', text: ({ run }) => run },
      { heading: 'PHASE', text: ({ phase }) => phase },
      { heading: 'STARTED', text: ({ startedAt }) => startedAt.replace(/\.\d+Z$/, 'Z') },
      { heading: 'SAMPLES', text: ({ samples, planned }) => `${samples}/${planned}`, align: 'right' },
      { heading: 'FAILED', text: ({ failed }) => String(failed), align: 'right' },
      { heading: 'WORKERS', text: ({ workers }) => String(workers), align: 'right' },
    ],
    wide: [
      { heading: 'BENCHMARKS', text: (run) => run.benchmarks.join(', ') },
      { heading: 'FOLDER', text: ({ folder }) => folder },
    ],
    none: `There are no runs in ${results}. "${context.name} bench run -f FILE" makes one; --results names another folder.`,
  });
}

function listed({ folder, manifest }: Extract<RunEntry, { kind: 'run' }>): ListedRun {
  const { startedAt, endedAt, phase, planned, samples, failed, workers, uses } = manifest;
  return {
    ...{ run: basename(folder), folder, phase, startedAt },
    ...(endedAt !== undefined && { endedAt }),
    ...{ planned, samples, failed, workers: workers.length },
    benchmarks: [...new Set(uses.map(({ benchmark }) => benchmark))],
  };
}

function listBenchmarks(context: CommandContext, { output }: Flags): void {
  const rows = benchmarks.map(benchmarkOf);
  const document: BenchBenchmarksOutput = { benchmarks: rows };
  const metricsOf = (name: string): readonly string[] =>
    rows.find((row) => row.name === name)?.metrics.map((metric) => `${metric.name} (${metric.unit})`) ?? [];
  print(context, output, {
    document,
    rows,
    columns: [
      { heading: 'BENCHMARK', text: ({ name }) => name },
      { heading: 'MEASURES', text: ({ title }) => title },
      { heading: 'FIRST', text: ({ name }) => metricsOf(name)[0] ?? '' },
    ],
    wide: [
      { heading: 'BESIDES', text: ({ name }) => metricsOf(name).slice(1).join(', ') || '-' },
      {
        heading: 'PORTS',
        text: ({ ports }) => ports.map(({ port, protocol }) => `${port}/${protocol}`).join(', '),
      },
      { heading: 'HAS NO USE FOR', text: ({ ignores }) => ignores.join(', ') || '-' },
    ],
  });
}

function benchmarkOf({
  name,
  title,
  metrics,
  ports,
  ignores,
}: Benchmark): BenchBenchmarksOutput['benchmarks'][number] {
  return {
    ...{ name, title },
    metrics: metrics.map((metric) => ({ ...metric })),
    ports: ports.map(({ port, protocol }) => ({ port, protocol })),
    ignores: ignores.map((parameter) => inScenario[parameter]),
  };
}

/** As a scenario file has them. */
const inScenario = {
  seconds: 'duration',
  warmUpSeconds: 'warmUp',
  streams: 'streams',
  size: 'size',
  rate: 'rate',
} as const;
