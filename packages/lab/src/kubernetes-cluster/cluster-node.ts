import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isPodlagError } from '@podlag/core';
import { memoryFolder } from '../kernel';
import { givenFiles, startNode, type NodeSpec, type RunningNode } from '../node';
import { kubeletUser, type ClusterControlPlane } from './cluster-control-plane';
import { clusterErrors } from './cluster-errors';
import type { ClusterFiles } from './cluster-folder';
import { nodePrefixLength, type PlannedNode } from './cluster-plan';
import type { SupervisorSpec } from './supervisor-spec';

/** Boots a node of a cluster. That it runs does not say that it is Ready. */
export async function startClusterNode(
  spec: SupervisorSpec,
  files: ClusterFiles,
  plane: ClusterControlPlane,
  planned: PlannedNode,
): Promise<RunningNode> {
  const { name } = planned;
  const folder = files.nodeFiles(name);
  await mkdir(folder, { mode: 0o700 });
  await mkdir(files.nodeLogs(name));
  await copyFile(plane.kubeconfig(kubeletUser(name)), join(folder, givenFiles.kubeconfig));
  await copyFile(plane.kubeletClientCa, join(folder, givenFiles.clientCa));
  const memory = await memoryFolder(nodesMemoryMb(spec), files.temporary);
  return startNode(nodeSpec(spec, files, planned, memory.folder), new AbortController().signal);
}

/** Of all together: when a node starts it finds room that the others have not used yet, but will. */
function nodesMemoryMb({ plan, memoryMb }: SupervisorSpec): number {
  return plan.nodes.length * memoryMb;
}

/** What a node of the plan is, with its memory in a file of that folder. */
export function nodeSpec(
  spec: SupervisorSpec,
  files: ClusterFiles,
  planned: PlannedNode,
  memoryFolder: string,
): NodeSpec {
  const { plan, memoryMb, kernel, root, programs } = spec;
  const { name, address, podRange, tap, mac } = planned;
  return {
    ...{ name, address, podRange, tap, mac, memoryMb, memoryFolder, kernel, root },
    gateway: plan.gateway,
    prefixLength: nodePrefixLength,
    otherNodes: plan.nodes.filter((other) => other.name !== name),
    clusterDns: plan.clusterDns,
    files: files.nodeFiles(name),
    logs: files.nodeLogs(name),
    disk: files.nodeDisk(name),
    kubelet: programs.kubelet,
  };
}

/** How a node's kernel has ended, for a sentence. Never rejects. */
export async function endOfNode({ ended }: RunningNode): Promise<string> {
  const [end] = await Promise.allSettled([ended]);
  if (end.status === 'fulfilled') return `its kernel ended with exit status ${end.value}`;
  return isPodlagError(end.reason) ? end.reason.detail : String(end.reason);
}

/** The error for a node that has ended before the cluster was up. */
export function nodeFailure(name: string, reason: string): Error {
  return clusterErrors.error('start-failed', `${name}: ${reason}`);
}
