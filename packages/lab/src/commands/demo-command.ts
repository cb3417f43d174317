import { join } from 'node:path';
import type { Command } from 'commander';
import { programsOf } from '../cluster';
import { demo, stepProgress } from '../demo';
import type { KernelChoice } from '../kernel';
import type { CommandContext } from './command-context';
import { defaultMemoryMb, kernelOption, runWithOwnStreams } from './run-command';

interface DemoFlags {
  readonly shell?: true;
  readonly kernel: KernelChoice;
}

/** `podlag-lab demo`: on the user's side of the kernel. Starts the other. */
export function addDemoCommand(program: Command, context: CommandContext): void {
  program
    .command('demo')
    .description(
      'A TiDB cluster with sidecars: delays asked for by curl, seen by ping, measured for every pod.',
    )
    .option('--shell', 'leave the pods running afterwards, with a prompt among them')
    .addOption(kernelOption())
    .action(async ({ shell, kernel }: DemoFlags) => {
      const { self, repository } = context;
      programsOf(repository);
      const guest = [...self, 'demo-in-lab', String(Date.now()), ...(shell ? ['--shell'] : [])];
      await runWithOwnStreams(context, guest, { memory: defaultMemoryMb, kernel, cwd: repository });
    });
}

/** On the other side. */
export function addDemoInLabCommand(program: Command, { repository, env, signal }: CommandContext): void {
  program
    .command('demo-in-lab', { hidden: true })
    .argument('<started-at>')
    .option('--shell')
    .action(async (startedAt: string, { shell = false }: { readonly shell?: boolean }) => {
      const { stdin, stdout, stderr } = process;
      await demo({
        ...{ env, shell, signal, out: stdout },
        manifest: join(repository, 'deploy/examples/tidb-cluster.yaml'),
        programs: programsOf(repository),
        progress: stepProgress(stderr),
        terminal: stdin.isTTY && stdout.isTTY,
        startedAt: Number(startedAt),
      });
    });
}
