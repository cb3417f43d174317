import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { isPodlagError } from '@podlag/core';
import { Command, InvalidArgumentError, Option } from 'commander';
import { programsOf } from './cluster';
import {
  bedImages,
  ensureKubernetes,
  programNames,
  requireBedNetwork,
  runInBed,
  runInBedNetwork,
  type Kubernetes,
} from './control-plane';
import { demo, stepProgress } from './demo';
import {
  ensureKernel,
  hostCanShape,
  kernelBinary,
  kernelChoices,
  lineProgress,
  podlagCache,
  runInLab,
  type CommandStdio,
  type KernelChoice,
} from './kernel';

const progress = lineProgress(process.stderr);
const cache = podlagCache(process.env.XDG_CACHE_HOME, homedir());

/** Ends the command, and with it the kernel, when the user or a supervisor wants us to end. */
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => stop.abort(signal));
// A reader that has seen enough, as `head` does, wants no more of it.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  stop.abort(error);
});

async function kernel(): Promise<void> {
  const { folder, version, release } = await ensureKernel({ cache, progress });
  const verdict = await hostCanShape();
  process.stdout.write(
    `kernel   Linux ${release} (user-mode-linux ${version})\n` +
      `program  ${kernelBinary({ folder })}\n` +
      `host     ${verdict.can ? 'can shape traffic itself' : `cannot shape traffic: ${verdict.reason}`}\n`,
  );
}

const defaultMemoryMb = 1536;

interface RunFlags {
  readonly memory: number;
  readonly kernel: KernelChoice;
  /** Default: the caller's. */
  readonly cwd?: string;
}

async function run(argv: readonly string[], flags: RunFlags): Promise<void> {
  process.exitCode = await runInLab({
    argv,
    cwd: flags.cwd ?? process.cwd(),
    env: process.env,
    stdio: ownStdio(),
    memoryMb: flags.memory,
    choice: flags.kernel,
    signal: stop.signal,
    cache,
    progress,
  });
  process.stdin.destroy();
}

function ownStdio(): CommandStdio {
  const { stdin, stdout, stderr } = process;
  if (!stdin.isTTY || !stdout.isTTY) return { kind: 'streams', stdin, stdout, stderr };
  return { kind: 'terminal', stdin, stdout, ...(stderr.isTTY ? {} : { stderr }) };
}

function kernelOption(): Option {
  return new Option('--kernel <which>', 'which kernel')
    .choices(kernelChoices)
    .default('auto')
    .env('PODLAG_LAB_KERNEL');
}

function megabytes(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 64) return value;
  throw new InvalidArgumentError('Give whole megabytes, 64 or more, as in 1536.');
}

const program = new Command('podlag-lab')
  .description('Pods without a cluster: network namespaces on a kernel that has netem.')
  .showHelpAfterError()
  // So that the options after `run`'s command are the command's own.
  .enablePositionalOptions();

program
  .command('kernel')
  .description('Get the kernel that is brought along, and say whether the host would do without it.')
  .action(kernel);

program
  .command('run')
  .description(
    "Run a command as root on a kernel that has netem: the host's if it can, else one brought along.",
  )
  .argument('<command...>', 'the program and its arguments')
  .option('--memory <megabytes>', 'what the kernel that is brought along gets', megabytes, defaultMemoryMb)
  .addOption(kernelOption())
  .passThroughOptions()
  .addHelpText('after', '\nExample:\n  podlag-lab run -- tc qdisc add dev lo root netem delay 20ms')
  .action(run);

/** The workspace's root, as seen from the bundle. */
const repository = resolve(__dirname, '../../..');

interface DemoFlags {
  readonly shell?: true;
  readonly kernel: KernelChoice;
}

/** On the user's side of the kernel: starts the other. */
async function demoCommand({ shell, kernel: choice }: DemoFlags): Promise<void> {
  programsOf(repository);
  const guest = [
    process.execPath,
    __filename,
    'demo-in-lab',
    String(Date.now()),
    ...(shell ? ['--shell'] : []),
  ];
  await run(guest, { memory: defaultMemoryMb, kernel: choice, cwd: repository });
}

async function demoInLab(startedAt: string, { shell = false }: { readonly shell?: boolean }): Promise<void> {
  const { stdin, stdout, stderr, env } = process;
  await demo({
    manifest: join(repository, 'deploy/examples/tidb-cluster.yaml'),
    programs: programsOf(repository),
    progress: stepProgress(stderr),
    out: stdout,
    env,
    shell,
    terminal: stdin.isTTY && stdout.isTTY,
    signal: stop.signal,
    startedAt: Number(startedAt),
  });
}

program
  .command('demo')
  .description(
    'A TiDB cluster with sidecars: delays asked for by curl, seen by ping, measured for every pod.',
  )
  .option('--shell', 'leave the pods running afterwards, with a prompt among them')
  .addOption(kernelOption())
  .action(demoCommand);

program.command('demo-in-lab', { hidden: true }).argument('<started-at>').option('--shell').action(demoInLab);

/** Says also what is to be known of how they go together. */
async function kubernetes(): Promise<Kubernetes> {
  const found = await ensureKubernetes({
    ...{ cache, progress, env: process.env },
    module: join(repository, 'packages/lab/kubernetes'),
  });
  for (const note of found.notes) process.stderr.write(`podlag-lab: ${note}\n`);
  return found;
}

async function controlPlaneFetch(): Promise<void> {
  const { version, programs, from } = await kubernetes();
  const width = Math.max(...programNames.map((name) => name.length));
  const lines = programNames.map((name) => `${name.padEnd(width)}  ${programs[name]}\n`);
  process.stdout.write(`${'kubernetes'.padEnd(width)}  ${version} (${from})\n${lines.join('')}`);
}

const isRoot = (): boolean => process.getuid?.() === 0;

async function controlPlaneCheck(): Promise<void> {
  await requireBedNetwork(isRoot());
  process.stdout.write('This machine can run it.\n');
}

/** On the user's side of the network namespace: starts the other. */
async function controlPlaneRun(argv: readonly string[]): Promise<void> {
  const found = JSON.stringify(await kubernetes());
  process.exitCode = await runInBedNetwork(isRoot(), {
    argv: [process.execPath, __filename, 'control-plane', 'in-bed', found, ...argv],
    ...{ cwd: process.cwd(), env: process.env, signal: stop.signal },
  });
}

async function controlPlaneInBed(found: string, argv: readonly string[]): Promise<void> {
  // When the starter is killed, one SIGTERM comes for each of its threads. The second is not to end what the first began.
  process.on('SIGTERM', () => undefined);
  process.exitCode = await runInBed({
    kubernetes: JSON.parse(found) as Kubernetes,
    images: bedImages(programsOf(repository).injector),
    ...{ argv, cwd: process.cwd(), env: process.env, progress, signal: stop.signal },
  });
}

const controlPlane = program
  .command('control-plane')
  .description('A real API server with controllers, on which pods of podlag run as processes.')
  .enablePositionalOptions();

controlPlane
  .command('fetch')
  .description('Find or build its programs, and say where they are.')
  .action(controlPlaneFetch);

controlPlane
  .command('check')
  .description('Say whether this user gets the network namespace that it runs in.')
  .action(controlPlaneCheck);

controlPlane
  .command('run')
  .description('Run a command beside it, with kubectl, helm and KUBECONFIG; all ends with the command.')
  .argument('<command...>', 'the program and its arguments')
  .passThroughOptions()
  .addHelpText('after', '\nExample:\n  podlag-lab control-plane run -- bash')
  .action(controlPlaneRun);

controlPlane
  .command('in-bed', { hidden: true })
  .argument('<kubernetes>')
  .argument('<command...>')
  .passThroughOptions()
  .action(controlPlaneInBed);

program.parseAsync().catch((error: unknown) => {
  process.stderr.write(
    isPodlagError(error) ? `podlag-lab: ${error.toText()}\n` : `podlag-lab: ${String(error)}\n`,
  );
  process.exitCode = 1;
  process.stdin.destroy();
});
