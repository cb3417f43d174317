import { join } from 'node:path';
import type { PodStatus } from './container-env';
import { containerPlan } from './container-plan';
import type { LabPod } from './lab';
import { containersOf, type Container } from './pod';
import type { LabPrograms } from './programs';
import type { RunningProgram } from './running-program';
import { startApplication, startSidecar, type Place } from './sidecar';

/** What pods run on. */
export interface Node {
  readonly name: string;
  readonly ip: string;
  readonly directory: string;
  readonly programs: LabPrograms;
  readonly path: string;
}

/** Takes note of a program that runs, to end it later. */
export type Track = (program: RunningProgram) => void;

/**
 * Runs an accepted pod as a kubelet would: native sidecars first, one after the other, each until its probe passes; then
 * the application, so that what a sidecar has set holds from its first packet. A pod on the host network is not run.
 */
export async function startPod(pod: LabPod, node: Node, track: Track): Promise<void> {
  if (pod.netns === undefined) return;
  const place: Place = {
    ...node,
    podName: pod.name,
    netns: pod.netns,
    ip: pod.ip,
    directory: join(node.directory, pod.name),
  };
  const status: PodStatus = {
    name: pod.name,
    podIps: [pod.ip, ...(pod.ipv6 === undefined ? [] : [pod.ipv6])],
    hostIps: [node.ip],
    nodeName: node.name,
  };
  for (const container of sidecarsOf(pod)) {
    track(await startSidecar(containerPlan(pod.object, container, status), place));
  }
  track(await startApplication(applicationPorts(pod), place));
}

function sidecarsOf({ object, sidecars }: LabPod): readonly Container[] {
  return containersOf(object).filter(({ name }) => sidecars.includes(name));
}

/** The TCP ports that the pod's own containers declare. */
export function applicationPorts({
  object,
  containers,
}: Pick<LabPod, 'object' | 'containers'>): readonly number[] {
  const own = containersOf(object).filter(({ name }) => containers.includes(name));
  const ports = own.flatMap(({ ports = [] }) =>
    ports.filter(({ protocol = 'TCP' }) => protocol === 'TCP').map(({ containerPort }) => containerPort),
  );
  return [...new Set(ports)];
}
