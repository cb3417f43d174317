import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';
import { runProgram } from '../kernel/run-program';
import { controlPlaneErrors } from './control-plane-errors';

/** The programs of the bed. The first three are what envtest brings; without them there is nothing to test on. */
export const programNames = [
  'etcd',
  'kube-apiserver',
  'kubectl',
  'kube-controller-manager',
  'kube-scheduler',
  'helm',
] as const;
export type ProgramName = (typeof programNames)[number];

const indispensable: readonly ProgramName[] = ['etcd', 'kube-apiserver', 'kubectl'];

/** What does not work on a bed without a program. */
const withoutIt: Partial<Record<ProgramName, string>> = {
  'kube-controller-manager':
    'Deployments, EndpointSlices, service accounts of new namespaces and garbage collection',
  'kube-scheduler': 'pods that name no node',
  helm: 'the chart',
};

/** The servers and tools of one release of Kubernetes, in one folder. */
export interface Kubernetes {
  readonly folder: string;
  /** `v1.36.3` */
  readonly version: string;
  readonly from: 'KUBEBUILDER_ASSETS' | 'cache';
  /** Those that the folder does not have. Never one that nothing works without. */
  readonly missing: readonly ProgramName[];
}

/** What is looked for in a folder. Only the version is not known beforehand. */
export type FoundPrograms = Pick<Kubernetes, 'folder' | 'missing'>;

/** A sentence for each program that is missing: what cannot be tested without it. */
export function lacks({ missing }: Pick<Kubernetes, 'missing'>): readonly string[] {
  return missing.map((name) => `there is no ${name}: ${withoutIt[name] ?? 'nothing'} cannot be tested`);
}

/** Which programs a folder has. */
export async function programsIn(folder: string): Promise<FoundPrograms> {
  const there = await Promise.all(programNames.map((name) => isExecutable(join(folder, name))));
  return { folder, missing: programNames.filter((_, index) => there[index] !== true) };
}

/**
 * The programs that the user brings along.
 *
 * @throws PodlagError `assets-incomplete`
 */
export async function kubernetesOfAssets(folder: string): Promise<Kubernetes> {
  const { missing } = await programsIn(folder);
  const lacking = missing.filter((name) => indispensable.includes(name));
  if (lacking.length > 0) {
    throw controlPlaneErrors.error(
      'assets-incomplete',
      `KUBEBUILDER_ASSETS is ${folder}, which has no ${lacking.join(', no ')}.`,
    );
  }
  // It says `Kubernetes v1.36.3`.
  const { stdout } = await runProgram(join(folder, 'kube-apiserver'), ['--version']);
  return { folder, missing, version: stdout.trim().replace(/^Kubernetes /, ''), from: 'KUBEBUILDER_ASSETS' };
}

function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}
