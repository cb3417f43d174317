import { readFile, writeFile } from 'node:fs/promises';
import type { ServerName } from '../control-plane/start-control-plane';
import type { UmlKernel } from '../kernel/kernel-cache';
import type { NodeRoot } from '../node/root-tree';
import type { ClusterPlan } from './cluster-plan';

/** The programs that a supervisor runs. */
export type SupervisorProgram = ServerName | 'kubectl' | 'kubelet' | 'kube-proxy';

/** All that a supervisor has to know. Paths are absolute. */
export interface SupervisorSpec {
  readonly plan: ClusterPlan;
  /** Of each node, in MiB. */
  readonly memoryMb: number;
  readonly programs: Readonly<Record<SupervisorProgram, string>>;
  readonly kernel: UmlKernel;
  readonly root: NodeRoot;
  /** The archive with everything that runs on a node. */
  readonly images: string;
  /** podlag's cache folder, where the disk with the images is kept. */
  readonly cache: string;
  /** The folder of the add-ons. */
  readonly manifests: string;
  /** Whose the kubeconfig is. */
  readonly owner: Owner;
}

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

export async function writeSupervisorSpec(file: string, spec: SupervisorSpec): Promise<void> {
  await writeFile(file, JSON.stringify(spec, undefined, 2), { mode: 0o600 });
}

export async function readSupervisorSpec(file: string): Promise<SupervisorSpec> {
  return JSON.parse(await readFile(file, 'utf8')) as SupervisorSpec;
}
