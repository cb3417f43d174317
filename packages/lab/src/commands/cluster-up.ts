import { basename, join } from 'node:path';
import { missingPrograms } from '../control-plane';
import { clusterProgramNames } from '../control-plane/kubernetes';
import {
  clusterErrors,
  clusterPlan,
  examineMachine,
  findCluster,
  mendLinks,
  requireMachine,
  situation,
  startCluster,
  takeDown,
  welcome,
  type ClusterFiles,
  type ClusterOptions,
  type ClusterState,
  type WantedCluster,
} from '../kubernetes-cluster';
import { requireSeen } from '../node/seen-path';
import { clusterParts } from './cluster-parts';
import { kubernetesModule, tell, tellNotes, type CommandContext } from './command-context';

/** The options of both commands, as commander reads them. */
export interface ClusterFlags {
  readonly nodes: number;
  readonly network: string;
  readonly memory: number;
}

export interface UpFlags extends ClusterFlags {
  /** Path of the archive that cluster_images has made. */
  readonly images: string;
  /** When the user's command began, in milliseconds of Date.now(). */
  readonly startedAt: number;
}

/**
 * Before the images are made: says at once what is in the way, then gets all that does not depend on them. Prints JSON for
 * scripts/cluster.
 */
export async function prepareCluster(
  context: CommandContext,
  files: ClusterFiles,
  flags: ClusterFlags,
): Promise<void> {
  const options = optionsOf(flags);
  const { root, kubernetes } = await unlessInterrupted(context, async () => {
    const running = await requireFree(files, { options });
    if (running === undefined) {
      for (const warning of await requireThisMachine(context, files, options)) tell(`warning: ${warning}`);
    }
    // The nodes read from there what is made before they boot.
    requireSeen([context.cache]);
    return clusterParts(context);
  });
  tellNotes(kubernetes);
  process.stdout.write(`${JSON.stringify({ root: root.folder, coredns: kubernetes.programs.coredns })}\n`);
}

/** Ctrl-C ends the programs that run as well: what they say then is not the reason. */
async function unlessInterrupted<T>({ signal }: CommandContext, work: () => Promise<T>): Promise<T> {
  const [result] = await Promise.allSettled([work()]);
  if (signal.aborted) throw clusterErrors.error('interrupted', 'Interrupted.');
  if (result.status === 'rejected') throw result.reason;
  return result.value;
}

/** Starts the cluster, or says that it is up already. */
export async function clusterUp(context: CommandContext, files: ClusterFiles, flags: UpFlags): Promise<void> {
  const options = optionsOf(flags);
  const images = basename(flags.images);
  const running = await requireFree(files, { options, images });
  const state = running ?? (await start(context, files, flags));
  const seconds = Math.round((Date.now() - flags.startedAt) / 1000);
  for (const node of await mendLinks(files, state)) tell(`mended the link of ${node}, which was cut`);
  tell(running === undefined ? `up, after ${seconds} s` : 'a cluster like that is up already');
  process.stdout.write(welcome(state, files));
}

async function start(context: CommandContext, files: ClusterFiles, flags: UpFlags): Promise<ClusterState> {
  const { cache, repository, self, signal, env } = context;
  const options = optionsOf(flags);
  const { kernel, kubernetes, root } = await unlessInterrupted(context, async () => {
    await requireThisMachine(context, files, options);
    return clusterParts(context);
  });
  const { version, programs } = kubernetes;
  return startCluster({
    ...{ files, options, version, tell, signal },
    images: basename(flags.images),
    spec: {
      plan: clusterPlan(options.network, options.nodes),
      memoryMb: options.memoryMb,
      ...{ programs, kernel, root, cache },
      images: flags.images,
      manifests: join(repository, 'packages/lab/manifests'),
      owner: { uid: Number(env.SUDO_UID ?? 0), gid: Number(env.SUDO_GID ?? 0) },
    },
    userPrograms: { kubectl: programs.kubectl, helm: programs.helm },
    // Which file it reads is known; but so it can be found, also before it has said which process it is.
    supervisor: [...self, 'cluster', 'supervise', files.supervisorSpec],
  });
}

function optionsOf({ nodes, network, memory }: ClusterFlags): ClusterOptions {
  // Refuses what is no plan.
  return { nodes, network: clusterPlan(network, nodes).network, memoryMb: memory };
}

/**
 * Answers the cluster that is wanted, when it is up; undefined when there is room for it. What is left of one that nobody
 * leads is removed.
 *
 * @throws PodlagError `another-cluster`
 */
async function requireFree(files: ClusterFiles, wanted: WantedCluster): Promise<ClusterState | undefined> {
  const found = situation(await findCluster(files), wanted);
  switch (found.kind) {
    case 'free':
      return undefined;
    case 'as-wanted':
      return found.state;
    case 'stale':
      tell('removing what is left of another cluster');
      for (const line of await takeDown(files)) tell(line);
      return undefined;
    case 'busy':
      throw clusterErrors.error(
        'another-cluster',
        `Another cluster is ${found.doing}, by process ${found.pid}.`,
        { hint: 'Wait until that is done, or run ./scripts/cluster down.' },
      );
    case 'differs':
      throw clusterErrors.error(
        'another-cluster',
        `Another cluster is up:\n  ${found.differences.join('\n  ')}`,
      );
  }
}

async function requireThisMachine(
  context: CommandContext,
  { folder }: ClusterFiles,
  cluster: ClusterOptions,
): Promise<readonly string[]> {
  const { cache, env } = context;
  const missing = await missingPrograms({
    ...{ cache, env, programs: clusterProgramNames },
    module: kubernetesModule(context),
  });
  return requireMachine(await examineMachine({ cache, folder, cluster, missing, env }), cluster);
}
