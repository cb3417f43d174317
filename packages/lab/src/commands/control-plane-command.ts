import type { Command } from 'commander';
import { programsOf } from '../cluster';
import {
  bedImages,
  ensureKubernetes,
  programNames,
  requireBedNetwork,
  runInBed,
  runInBedNetwork,
  type Kubernetes,
} from '../control-plane';
import { isRoot, kubernetesModule, tellNotes, type CommandContext } from './command-context';

/** `podlag-lab control-plane` */
export function addControlPlaneCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('control-plane')
    .description('A real API server with controllers, on which pods of podlag run as processes.')
    .enablePositionalOptions();
  command
    .command('fetch')
    .description('Find or build its programs, and say where they are.')
    .action(() => fetch(context));
  command
    .command('check')
    .description('Say whether this user gets the network namespace that it runs in.')
    .action(check);
  command
    .command('run')
    .description('Run a command beside it, with kubectl, helm and KUBECONFIG; all ends with the command.')
    .argument('<command...>', 'the program and its arguments')
    .passThroughOptions()
    .addHelpText('after', '\nExample:\n  podlag-lab control-plane run -- bash')
    .action((argv: readonly string[]) => run(context, argv));
  command
    .command('in-bed', { hidden: true })
    .argument('<kubernetes>')
    .argument('<command...>')
    .passThroughOptions()
    .action((found: string, argv: readonly string[]) => inBed(context, found, argv));
}

async function kubernetes(context: CommandContext): Promise<Kubernetes> {
  const { cache, progress, env } = context;
  const found = await ensureKubernetes({ cache, progress, env, module: kubernetesModule(context) });
  tellNotes(found);
  return found;
}

async function fetch(context: CommandContext): Promise<void> {
  const { version, programs, from } = await kubernetes(context);
  const width = Math.max(...programNames.map((name) => name.length));
  const lines = programNames.map((name) => `${name.padEnd(width)}  ${programs[name]}\n`);
  process.stdout.write(`${'kubernetes'.padEnd(width)}  ${version} (${from})\n${lines.join('')}`);
}

async function check(): Promise<void> {
  await requireBedNetwork(isRoot());
  process.stdout.write('This machine can run it.\n');
}

/** On the user's side of the network namespace: starts the other. */
async function run(context: CommandContext, argv: readonly string[]): Promise<void> {
  const { env, signal, self } = context;
  const found = JSON.stringify(await kubernetes(context));
  process.exitCode = await runInBedNetwork(isRoot(), {
    argv: [...self, 'control-plane', 'in-bed', found, ...argv],
    ...{ cwd: process.cwd(), env, signal },
  });
}

async function inBed(
  { env, progress, signal, repository }: CommandContext,
  found: string,
  argv: readonly string[],
): Promise<void> {
  // When the starter is killed, one SIGTERM comes for each of its threads. The second is not to end what the first began.
  process.on('SIGTERM', () => undefined);
  process.exitCode = await runInBed({
    kubernetes: JSON.parse(found) as Kubernetes,
    images: bedImages(programsOf(repository)),
    ...{ argv, cwd: process.cwd(), env, progress, signal },
  });
}
