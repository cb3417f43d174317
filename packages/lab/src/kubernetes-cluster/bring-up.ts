import { chmod, chown, copyFile } from 'node:fs/promises';
import type { CleanUp } from '../cluster/clean-up';
import type { SupervisedServer } from '../control-plane/supervised-server';
import type { Progress } from '../kernel/progress';
import { copyNodeDisk, ensureNodeDisk, type RunningNode } from '../node';
import { applyAddOns, dnsAvailable, type AddOnsOptions } from './add-ons';
import { startClusterControlPlane, type ClusterControlPlane } from './cluster-control-plane';
import type { ClusterFiles } from './cluster-folder';
import { endOfNode, nodeFailure, startClusterNode } from './cluster-node';
import type { PlannedNode } from './cluster-plan';
import { dnsAnswers, nodeReady, nodeRegistered } from './cluster-ready';
import type { ClusterStateFile, NodeKernel } from './cluster-state';
import { kubeProxyReady, nodeOfProxy, startKubeProxy } from './kube-proxy';
import type { SupervisorSpec } from './supervisor-spec';

/** What brings a cluster up, and what undoes it. */
export interface BringUp {
  readonly spec: SupervisorSpec;
  readonly files: ClusterFiles;
  readonly state: ClusterStateFile;
  readonly progress: Progress;
  readonly cleanUp: CleanUp;
  /** When it aborts, images are imported no further. */
  readonly signal: AbortSignal;
}

/**
 * Starts all of a cluster in this process' network namespace, and answers when nodes are Ready and DNS answers.
 *
 * @throws PodlagError of whatever has failed first; what was started by then is for the clean-up, and what is just being
 *   started ends with this process
 */
export async function bringUp(cluster: BringUp): Promise<void> {
  const { spec, files, progress, signal } = cluster;
  const { cache, root, kernel, images, plan } = spec;
  const disk = await ensureNodeDisk({ cache, root, kernel, images, progress, signal });
  const [plane] = await Promise.all([
    progress.step('starting the control plane', () => startPlane(cluster)),
    progress.step("copying the nodes' disk", () =>
      Promise.all(plan.nodes.map(({ name }) => copyNodeDisk(disk, files.nodeDisk(name)))),
    ),
  ]);
  const kubectl: AddOnsOptions = {
    kubectl: spec.programs.kubectl,
    kubeconfig: plane.kubeconfig('admin'),
    folder: files.controlPlane,
  };
  await progress.step('applying the add-ons', () =>
    applyAddOns(kubectl, spec.manifests, { CLUSTER_DNS: plan.clusterDns }),
  );
  const nodes = bootNodes(cluster, plane);
  const booting = plan.nodes.map((node) =>
    progress.step(`booting ${node.name}`, () => untilReady(nodes(node), nodeReady(kubectl, node.name), node)),
  );
  // What waits for a node has its own time from then on: a node that is late is the one that is told of.
  await Promise.all([
    ...booting,
    nodeRegistered(kubectl, nodeOfProxy(plan)).then(() =>
      progress.step('starting kube-proxy', () => startProxy(cluster, plane)),
    ),
    Promise.any(booting).then(() =>
      progress.step('waiting for DNS', async () => {
        await dnsAvailable(kubectl);
        await dnsAnswers(plan);
      }),
    ),
  ]);
}

async function startPlane({ spec, files, state, cleanUp }: BringUp): Promise<ClusterControlPlane> {
  const plane = await startClusterControlPlane({
    ...{ kubernetes: spec, folder: files.controlPlane, logs: files.logs, plan: spec.plan },
  });
  cleanUp.add(() => plane.stop());
  for (const server of plane.servers) await supervised(server, state);
  await copyFile(plane.kubeconfig('admin'), files.kubeconfig);
  await chmod(files.kubeconfig, 0o600);
  await chown(files.kubeconfig, spec.owner.uid, spec.owner.gid);
  return plane;
}

async function startProxy(
  { spec, files, state, cleanUp }: BringUp,
  plane: ClusterControlPlane,
): Promise<void> {
  const proxy = await startKubeProxy({
    program: spec.programs['kube-proxy'],
    folder: files.controlPlane,
    logs: files.logs,
    kubeconfig: plane.kubeconfig('kube-proxy'),
    plan: spec.plan,
  });
  cleanUp.add(() => proxy.stop());
  await kubeProxyReady(proxy);
  await supervised(proxy, state);
}

/** From now on it comes back, and the cluster's file says which process it is. */
async function supervised(server: SupervisedServer, state: ClusterStateFile): Promise<void> {
  const write = (): Promise<void> =>
    state.note(({ servers }) => {
      const { name, pid, restarts, logFile: log } = server;
      const entry = { name, restarts, log, ...(pid === undefined ? {} : { pid }) };
      return { servers: [...servers.filter((other) => other.name !== name), entry] };
    });
  server.keepAlive(() => void write());
  await write();
}

/** Boots one after the other as they are asked for; all are stopped at the same time. */
function bootNodes(
  { spec, files, state, cleanUp }: BringUp,
  plane: ClusterControlPlane,
): (planned: PlannedNode) => Promise<RunningNode> {
  const running: RunningNode[] = [];
  cleanUp.add(async () => {
    await Promise.all(running.map((node) => node.stop()));
  });
  return async (planned) => {
    const node = await startClusterNode(spec, files, plane, planned);
    running.push(node);
    await setKernel(state, planned.name, { kind: 'runs' });
    void endOfNode(node).then((reason) => setKernel(state, planned.name, { kind: 'ended', reason }));
    return node;
  };
}

function setKernel(state: ClusterStateFile, name: string, kernel: NodeKernel): Promise<void> {
  return state.note(({ nodes }) => ({
    nodes: nodes.map((node) => (node.name === name ? { ...node, kernel } : node)),
  }));
}

/** A node whose kernel ends will not be Ready any more: nobody waits for that. */
async function untilReady(
  booting: Promise<RunningNode>,
  ready: Promise<void>,
  { name }: PlannedNode,
): Promise<void> {
  const died = booting.then(async (node) => {
    throw nodeFailure(name, await endOfNode(node));
  });
  await Promise.race([ready, died]);
}
