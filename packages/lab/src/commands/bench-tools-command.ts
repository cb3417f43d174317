import { join } from 'node:path';
import type { Command } from 'commander';
import { ensureBenchTools } from '../bench-tools';
import type { CommandContext } from './command-context';

/** The folder of the Go module that brings fortio. */
export const fortioModule = ({ repository }: CommandContext): string =>
  join(repository, 'packages/lab/fortio');

/** `podlag-lab bench-tools` */
export function addBenchToolsCommand(program: Command, context: CommandContext): void {
  program
    .command('bench-tools')
    .description(
      "Get the benchmarks' tools (iperf3, netperf, qperf, fortio), and print the folder to put on PATH.",
    )
    .addHelpText('after', '\nExample:\n  PATH="$(podlag-lab bench-tools):$PATH" iperf3 --version')
    .action(async () => {
      const { cache, progress, env } = context;
      const { path } = await ensureBenchTools({ cache, progress, env, module: fortioModule(context) });
      process.stdout.write(`${path}\n`);
    });
}
