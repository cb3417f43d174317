import { Option, type Command } from 'commander';
import {
  ensureKernel,
  hostCanShape,
  kernelBinary,
  kernelChoices,
  runInLab,
  type CommandStdio,
  type KernelChoice,
} from '../kernel';
import { megabytesFrom, type CommandContext } from './command-context';

/** Of the kernel that is brought along. */
export const defaultMemoryMb = 1536;
const leastMemoryMb = 64;

export interface RunFlags {
  readonly memory: number;
  readonly kernel: KernelChoice;
  /** Default: the caller's. */
  readonly cwd?: string;
  /** How long the command may take to end when it is told to. */
  readonly graceMs?: number;
}

/** `podlag-lab kernel` */
export function addKernelCommand(program: Command, { cache, progress }: CommandContext): void {
  program
    .command('kernel')
    .description('Get the kernel that is brought along, and say whether the host would do without it.')
    .action(async () => {
      const { folder, version, release } = await ensureKernel({ cache, progress });
      const verdict = await hostCanShape();
      process.stdout.write(
        `kernel   Linux ${release} (user-mode-linux ${version})\n` +
          `program  ${kernelBinary({ folder })}\n` +
          `host     ${verdict.can ? 'can shape traffic itself' : `cannot shape traffic: ${verdict.reason}`}\n`,
      );
    });
}

/** `podlag-lab run` */
export function addRunCommand(program: Command, context: CommandContext): void {
  program
    .command('run')
    .description(
      "Run a command as root on a kernel that has netem: the host's if it can, else one brought along.",
    )
    .argument('<command...>', 'the program and its arguments')
    .option(
      '--memory <megabytes>',
      'what the kernel that is brought along gets',
      megabytesFrom(leastMemoryMb),
      defaultMemoryMb,
    )
    .addOption(kernelOption())
    .passThroughOptions()
    .addHelpText('after', '\nExample:\n  podlag-lab run -- tc qdisc add dev lo root netem delay 20ms')
    .action((argv: readonly string[], flags: RunFlags) => runWithOwnStreams(context, argv, flags));
}

/** Runs a command in the lab as if it ran here: with this process' streams, and its exit status. */
export async function runWithOwnStreams(
  { env, cache, progress, signal }: CommandContext,
  argv: readonly string[],
  flags: RunFlags,
): Promise<void> {
  process.exitCode = await runInLab({
    ...{ argv, env, signal, cache, progress },
    cwd: flags.cwd ?? process.cwd(),
    stdio: ownStdio(),
    memoryMb: flags.memory,
    choice: flags.kernel,
    ...(flags.graceMs !== undefined && { graceMs: flags.graceMs }),
  });
  process.stdin.destroy();
}

function ownStdio(): CommandStdio {
  const { stdin, stdout, stderr } = process;
  if (!stdin.isTTY || !stdout.isTTY) return { kind: 'streams', stdin, stdout, stderr };
  return { kind: 'terminal', stdin, stdout, ...(stderr.isTTY ? {} : { stderr }) };
}

/** Which kernel, of `run` and `demo`. */
export function kernelOption(): Option {
  return new Option('--kernel <which>', 'which kernel')
    .choices(kernelChoices)
    .default('auto')
    .env('PODLAG_LAB_KERNEL');
}
