import { access, constants } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { runProgram } from '../kernel/run-program';
import { controlPlaneErrors } from './control-plane-errors';

/** The programs of a control plane, and those to speak to it. The first three are what envtest brings. */
export const programNames = [
  'etcd',
  'kube-apiserver',
  'kubectl',
  'kube-controller-manager',
  'kube-scheduler',
  'helm',
] as const;
export type ProgramName = (typeof programNames)[number];

/** The programs of a cluster that runs pods: a control plane's, those of a node, and its DNS. */
export const clusterProgramNames = [...programNames, 'kubelet', 'kube-proxy', 'coredns'] as const;
export type ClusterProgramName = (typeof clusterProgramNames)[number];

const broughtByEnvtest: readonly ProgramName[] = ['etcd', 'kube-apiserver', 'kubectl'];

/** The servers and tools that were asked for: a bed's, where nothing else is said. */
export interface Kubernetes<Name extends ClusterProgramName = ProgramName> {
  /** The API server's, `v1.36.3`. */
  readonly version: string;
  /** Where the API server comes from; others may come from the cache all the same. */
  readonly from: 'KUBEBUILDER_ASSETS' | 'cache';
  /** Each program's file. */
  readonly programs: Readonly<Record<Name, string>>;
  /** Sentences on how these go together, for the user. */
  readonly notes: readonly string[];
}

/** Where programs are, of those that are there. */
export type ProgramFiles = Readonly<Partial<Record<ClusterProgramName, string>>>;

/** The folders of the programs, those of the user first, as PATH wants them. */
export function programFolders({ programs }: { readonly programs: ProgramFiles }): readonly string[] {
  const files = clusterProgramNames.map((name) => programs[name]).filter((file) => file !== undefined);
  return [...new Set(files.map((file) => dirname(file)))];
}

/** What the user brings along. */
export interface Assets {
  /** The API server's, `v1.36.3`. */
  readonly version: string;
  /** All that envtest brings, and perhaps others of a control plane's. */
  readonly programs: ProgramFiles;
}

/**
 * Looks into the folder that KUBEBUILDER_ASSETS names. A kubelet there is left aside, for a cluster is tested with its own.
 *
 * @throws PodlagError `assets-incomplete`
 */
export async function readAssets(path: string): Promise<Assets> {
  const folder = resolve(path);
  const there = await Promise.all(programNames.map((name) => isExecutable(join(folder, name))));
  const programs: ProgramFiles = Object.fromEntries(
    programNames.filter((_, index) => there[index]).map((name) => [name, join(folder, name)]),
  );
  const lacking = broughtByEnvtest.filter((name) => !(name in programs));
  if (lacking.length > 0) {
    throw controlPlaneErrors.error(
      'assets-incomplete',
      `KUBEBUILDER_ASSETS is ${folder}, which has no ${lacking.join(', no ')}.`,
    );
  }
  // It says `Kubernetes v1.36.3`.
  const { stdout } = await runProgram(join(folder, 'kube-apiserver'), ['--version']);
  return { programs, version: stdout.trim().replace(/^Kubernetes /, '') };
}

/** What is to be said of assets of another minor release than that which podlag builds; nothing of the same. */
export function releaseNotes(
  version: string,
  built: { readonly version: string; readonly names: readonly ClusterProgramName[] },
): readonly string[] {
  if (minorOf(version) === minorOf(built.version)) return [];
  const ours = built.names.filter((name) => name.startsWith('kube'));
  const list = new Intl.ListFormat('en-GB').format(ours);
  const mixed = ours.length === 0 ? '' : `, the release of its ${list} here`;
  return [
    `KUBEBUILDER_ASSETS brings Kubernetes ${version}, and podlag is tested on ${built.version}${mixed}.`,
  ];
}

/** `v1.36.3` -> `v1.36` */
function minorOf(version: string): string {
  return version.split('.', 2).join('.');
}

/** Whether there is a program of that name that we may run. */
export function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}
