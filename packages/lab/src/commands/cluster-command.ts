import { Argument, InvalidArgumentError, Option, type Command } from 'commander';
import {
  clusterErrors,
  clusterFiles,
  clusterReport,
  defaultNetwork,
  environmentLines,
  findCluster,
  isUp,
  isWhole,
  largestNodeCount,
  setLink,
  statusText,
  supervise,
  takeDown,
} from '../kubernetes-cluster';
import { clusterUp, prepareCluster, type ClusterFlags, type UpFlags } from './cluster-up';
import { isRoot, megabytesFrom, type CommandContext } from './command-context';

/** Of a node: nine pods with their sidecars take half of it. */
const defaultMemoryMb = 3072;
/** The least with which a kubelet, containerd and the cluster's own pods have room. */
const leastMemoryMb = 1024;

const files = clusterFiles();

/** `podlag-lab cluster`, which scripts/cluster calls. */
export function addClusterCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('cluster')
    .description(
      'A real Kubernetes on this machine: its nodes are kernels that have netem, as processes. As root.',
    );
  addChoices(command.command('prepare', { hidden: true })).action((flags: ClusterFlags) =>
    prepareCluster(context, files, flags),
  );
  addChoices(command.command('up', { hidden: true }))
    .requiredOption('--images <archive>')
    .option('--started-at <milliseconds>', '', Number, Date.now())
    .action((flags: UpFlags) => clusterUp(context, files, flags));
  command
    .command('supervise', { hidden: true })
    .argument('<spec>')
    .action(async () => {
      // What is left of children then, the kernel ends.
      process.exit(await supervise(files, context.signal));
    });
  command
    .command('down')
    .description('Take the cluster down, in whatever state it is, and all that it left on this machine.')
    .action(() => down(context));
  command
    .command('status')
    .description('Say how the cluster does; exit status 1 when none is up, or one of its nodes has ended.')
    .addOption(new Option('-o, --output <format>').choices(['text', 'json']).default('text'))
    .action(status);
  command.command('env').description('Print what a shell evaluates to use the cluster.').action(env);
  command
    .command('link')
    .description("Cut a node's link, or mend it.")
    .argument('<node>')
    .addArgument(new Argument('<state>').choices(['down', 'up']))
    .addHelpText('after', '\nExample:\n  podlag-lab cluster link node-2 down')
    .action(link);
}

/** What `prepare` checks, and `up` makes. */
function addChoices(command: Command): Command {
  return command
    .option('--nodes <number>', '', nodeCount, 1)
    .option('--network <cidr>', '', defaultNetwork)
    .option('--memory <megabytes>', '', megabytesFrom(leastMemoryMb), defaultMemoryMb);
}

function nodeCount(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= largestNodeCount) return value;
  throw new InvalidArgumentError(`Give a number from 1 to ${largestNodeCount}.`);
}

async function down({ cache }: CommandContext): Promise<void> {
  requireRoot();
  const removed = await takeDown(files);
  const text = removed.length === 0 ? 'No cluster is up, and nothing is left of one.' : removed.join('\n');
  process.stdout.write(`${text}\nThe caches stay, for the next start: ${cache}.\n`);
}

async function status({ output }: { readonly output: 'text' | 'json' }): Promise<void> {
  const found = await findCluster(files);
  process.stdout.write(
    output === 'json'
      ? `${JSON.stringify(clusterReport(found, files), undefined, 2)}\n`
      : statusText(found, files, new Date()),
  );
  if (!isWhole(found)) process.exitCode = 1;
}

async function env(): Promise<void> {
  if (!isUp(await findCluster(files))) throw clusterErrors.error('not-up', 'No cluster is up.');
  process.stdout.write(environmentLines(files));
}

async function link(node: string, state: 'up' | 'down'): Promise<void> {
  requireRoot();
  await setLink(files, await findCluster(files), node, state);
}

function requireRoot(): void {
  if (!isRoot()) throw clusterErrors.error('not-root', 'This needs root, as the cluster itself does.');
}
