import { access, mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { isPodlagError } from '@podlag/core';
import { InvalidArgumentError, type Command } from 'commander';
import { benchLabErrors, benchProgramsOf, runBench } from '../bench';
import { ensureBenchTools } from '../bench-tools';
import { programsOf } from '../cluster';
import { stepProgress } from '../demo';
import type { KernelChoice } from '../kernel';
import { fortioModule } from './bench-tools-command';
import { errorText, tell, type CommandContext } from './command-context';
import { defaultMemoryMb, kernelOption, runWithOwnStreams } from './run-command';

interface BenchFlags {
  readonly results: string;
  readonly pods: number;
  readonly kernel: KernelChoice;
}

const usualPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const defaultPods = 4;
/** What a run needs to end well when it is interrupted: its trial, its faults, its pods. */
const graceMs = 20_000;

/** `podlag-lab bench`: on the user's side of the kernel. Starts the other. */
export function addBenchCommand(program: Command, context: CommandContext): void {
  const { repository } = context;
  const quick = join(repository, 'deploy/examples/bench/quick.yaml');
  program
    .command('bench')
    .description(
      'Measure the network between pods of the lab, by a scenario file, with the real tools and with faults.',
    )
    .argument('[files...]', 'scenarios, a run for each; docs/bench.md says what they may have', [quick])
    .option('--results <folder>', 'where the run is kept', 'podlag-results')
    .option(
      '--pods <number>',
      'workers, two on each pretended node; other-zone wants 8',
      podCount,
      defaultPods,
    )
    .addOption(kernelOption())
    .addHelpText(
      'after',
      '\nExample:\n  podlag-lab bench deploy/examples/bench/quick.yaml --results /tmp/runs',
    )
    .action(async (files: readonly string[], { results, pods, kernel }: BenchFlags) => {
      const folder = resolve(results);
      const scenarios = files.map((file) => resolve(file));
      await Promise.all(scenarios.map(requireFile));
      benchProgramsOf(repository);
      programsOf(repository);
      const path = await pathWithTools(context);
      await mkdir(folder, { recursive: true });
      const guest = [
        ...[...context.self, 'bench-in-lab', ...scenarios],
        ...['--results', folder, '--pods', String(pods)],
      ];
      const here = { ...context, env: { ...context.env, PATH: path } };
      await runWithOwnStreams(here, guest, { memory: defaultMemoryMb, kernel, cwd: repository, graceMs });
    });
}

/** On the other side. */
export function addBenchInLabCommand(program: Command, { repository, env, signal }: CommandContext): void {
  program
    .command('bench-in-lab', { hidden: true })
    .argument('<files...>')
    .requiredOption('--results <folder>')
    .option('--pods <number>', '', podCount, defaultPods)
    .action(async (files: readonly string[], { results, pods }: Omit<BenchFlags, 'kernel'>) => {
      const { stdout, stderr } = process;
      await runBench({
        ...{ scenarios: files.map((file) => resolve(file)), results: resolve(results), pods, signal },
        programs: benchProgramsOf(repository),
        labPrograms: programsOf(repository),
        path: env.PATH ?? usualPath,
        progress: stepProgress(stderr),
        ...{ out: stdout, talk: stderr },
      });
    });
}

/** Without them the built-in probes measure all the same, and every use of a tool is a sample that says what is missing. */
async function pathWithTools(context: CommandContext): Promise<string> {
  const { cache, progress, env } = context;
  const before = env.PATH ?? usualPath;
  try {
    const { path } = await ensureBenchTools({ cache, progress, env, module: fortioModule(context) });
    return `${path}:${before}`;
  } catch (error) {
    if (!isPodlagError(error)) throw error;
    tell(`${errorText(error)}\nGoing on with what is on PATH and the built-in probes.`);
    return before;
  }
}

async function requireFile(file: string): Promise<void> {
  await access(file).catch((cause: unknown) => {
    throw benchLabErrors.error('no-such-file', `${file} cannot be read`, { cause });
  });
}

function podCount(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 2 && value <= 32) return value;
  throw new InvalidArgumentError('Give a whole number, 2 to 32.');
}
