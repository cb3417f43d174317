import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { Admitted } from './admission';
import { CleanUp } from './clean-up';
import { expandPods, type RequestedPod } from './expand-pods';
import { InjectorProcess, type InjectorOptions } from './injector-process';
import type { Lab, LabPod } from './lab';
import { uidOf } from './kubernetes-names';
import { labErrors } from './lab-errors';
import { readManifest, type Manifest } from './manifest';
import type { NetworkPlan } from './network-plan';
import { containersOf, type Pod } from './pod';
import { PodLan } from './pod-network';
import type { LabPrograms } from './programs';
import { RunningLab } from './running-lab';
import type { RunningProgram } from './running-program';
import { startPod, type Node } from './start-pod';

export interface LabOptions {
  /** A file of Kubernetes manifests, as deploy/examples/tidb-cluster.yaml. */
  readonly manifest: string;
  readonly programs: LabPrograms;
  /** PATH, by which ip, ping and tc are found. Default: what the images of most distributions have. */
  readonly path?: string;
  /** Another seed gives other generated names. Default 0. */
  readonly seed?: number;
  readonly progress?: LabProgress;
}

/** Told what the lab does, for those who wait. */
export interface LabProgress {
  step<T>(title: string, work: () => Promise<T>): Promise<T>;
}

const imagePath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

const silent: LabProgress = { step: (_title, work) => work() };

/**
 * Brings up the pods of a manifest: each goes through the injector, gets a network of its own, and runs what came out.
 * It wants a network and a /run/netns of its own, which `podlag-lab run` gives.
 *
 * @throws PodlagError of `labErrors`; nothing is left behind then
 */
export async function startLab(options: LabOptions): Promise<Lab> {
  const manifest = readManifest(options.manifest, await readFile(options.manifest, 'utf8'));
  const requested = uniquelyNamed(expandPods(manifest, options.seed));
  const cleanUp = new CleanUp();
  try {
    return await bringUp({ id: randomBytes(2).toString('hex'), manifest, requested, cleanUp }, options);
  } catch (error) {
    await cleanUp.run();
    throw error;
  }
}

/** Pods are told by their names, in the lab as in a sentence. */
function uniquelyNamed(requested: readonly RequestedPod[]): readonly RequestedPod[] {
  const names = requested.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw labErrors.error('invalid-manifest', `two pods have the name ${twice}`);
  return requested;
}

interface Start {
  readonly id: string;
  readonly manifest: Manifest;
  readonly requested: readonly RequestedPod[];
  readonly cleanUp: CleanUp;
}

/** A pod that the API server has accepted: it has its name and uid. */
interface AcceptedPod {
  readonly name: string;
  readonly requested: Pod;
  readonly admitted: Admitted;
}

async function bringUp(start: Start, options: LabOptions): Promise<Lab> {
  const { id, manifest, requested, cleanUp } = start;
  const { programs, path = imagePath, progress = silent } = options;
  // In memory, and outside of /run, of which each container has its own.
  const directory = await mkdtemp(`/dev/shm/podlag-${id}-`);
  cleanUp.add(() => rm(directory, { recursive: true, force: true }));

  const accepted = await progress.step(`${requested.length} pods through the injector`, () =>
    takeThroughAdmission(start, { programs, path, directory }),
  );
  const networked = accepted.filter(({ admitted }) => admitted.pod.spec.hostNetwork !== true);
  const lan = await progress.step(`${networked.length} network namespaces on a bridge`, () =>
    PodLan.create(
      id,
      networked.map(({ name }) => name),
      directory,
    ),
  );
  cleanUp.add(() => lan.remove());

  const pods = accepted.map((pod) => labPod(pod, lan.plan));
  const node: Node = { name: 'podlag-node', ip: lan.plan.subnet.nodeIp, directory, programs, path };
  await progress.step(`${networked.length} pods started`, () => startPods(pods, node, cleanUp));
  return new RunningLab({ id, node, pods, passedOver: manifest.passedOver, cleanUp });
}

/** All at once. When one fails, the others are waited for, so that none starts after the cleaning up. */
async function startPods(pods: readonly LabPod[], node: Node, cleanUp: CleanUp): Promise<void> {
  const running: RunningProgram[] = [];
  cleanUp.add(() => stopAll(running));
  const starts = pods.map((pod) => startPod(pod, node, (program) => running.push(program)));
  const failed = (await Promise.allSettled(starts)).find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
}

async function stopAll(programs: readonly RunningProgram[]): Promise<void> {
  await Promise.all(programs.map((program) => program.stop()));
}

async function takeThroughAdmission(
  { manifest, requested }: Start,
  options: Pick<InjectorOptions, 'programs' | 'path' | 'directory'>,
): Promise<readonly AcceptedPod[]> {
  const injector = await InjectorProcess.start({ ...options, namespaces: manifest.namespaces });
  try {
    return await Promise.all(requested.map(async (pod) => accept(pod, await injector.admit(pod))));
  } finally {
    await injector.stop();
  }
}

/** The API server's part after admission: name and uid. */
function accept({ name, pod: requested }: RequestedPod, admitted: Admitted): AcceptedPod {
  const { pod } = admitted;
  const uid = uidOf('Pod', pod.metadata.namespace, name);
  return {
    name,
    requested,
    admitted: { ...admitted, pod: { ...pod, metadata: { ...pod.metadata, name, uid } } },
  };
}

function labPod({ name, requested, admitted }: AcceptedPod, plan: NetworkPlan): LabPod {
  const network = plan.pods.get(name);
  const own = containersOf(requested).map((container) => container.name);
  const all = containersOf(admitted.pod).map((container) => container.name);
  return {
    name,
    namespace: requested.metadata.namespace,
    ip: network?.addresses.ipv4 ?? plan.subnet.nodeIp,
    ipv6: plan.ipv6 ? network?.addresses.ipv6 : undefined,
    containers: requested.spec.containers.map((container) => container.name),
    sidecars: all.filter((container) => !own.includes(container)),
    netns: network?.netns,
    decision: admitted.decision,
    detail: admitted.detail,
    warnings: admitted.warnings,
    object: admitted.pod,
  };
}
