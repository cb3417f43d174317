import { access, constants } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { runProgram } from '../kernel/run-program';
import { controlPlaneErrors } from './control-plane-errors';

/** The programs of the bed. The first three are what envtest brings. */
export const programNames = [
  'etcd',
  'kube-apiserver',
  'kubectl',
  'kube-controller-manager',
  'kube-scheduler',
  'helm',
] as const;
export type ProgramName = (typeof programNames)[number];

const broughtByEnvtest: readonly ProgramName[] = ['etcd', 'kube-apiserver', 'kubectl'];

/** The servers and tools that a bed runs. */
export interface Kubernetes {
  /** The API server's, `v1.36.3`. */
  readonly version: string;
  /** Where the API server comes from; others may come from the cache all the same. */
  readonly from: 'KUBEBUILDER_ASSETS' | 'cache';
  /** Each program's file. */
  readonly programs: Readonly<Record<ProgramName, string>>;
  /** Sentences on how these go together, for the user. */
  readonly notes: readonly string[];
}

/** The folders of the programs, those of the user first, as PATH wants them. */
export function programFolders({ programs }: Pick<Kubernetes, 'programs'>): readonly string[] {
  return [...new Set(programNames.map((name) => dirname(programs[name])))];
}

/** Each program's file, where some are in one folder and all others in another. */
export function programFiles(
  folder: string,
  elsewhere: { readonly names: readonly ProgramName[]; readonly folder: string },
): Kubernetes['programs'] {
  const file = (name: ProgramName): string =>
    join(elsewhere.names.includes(name) ? elsewhere.folder : folder, name);
  return Object.fromEntries(programNames.map((name) => [name, file(name)])) as Record<ProgramName, string>;
}

/** Which of the programs a folder does not have. */
export async function missingIn(
  folder: string,
  names: readonly ProgramName[] = programNames,
): Promise<readonly ProgramName[]> {
  const there = await Promise.all(names.map((name) => isExecutable(join(folder, name))));
  return names.filter((_, index) => there[index] !== true);
}

/** What the user brings along. */
export interface Assets {
  readonly folder: string;
  /** The API server's, `v1.36.3`. */
  readonly version: string;
  /** Never one of those that envtest brings. */
  readonly missing: readonly ProgramName[];
}

/**
 * Looks into the folder that KUBEBUILDER_ASSETS names.
 *
 * @throws PodlagError `assets-incomplete`
 */
export async function readAssets(path: string): Promise<Assets> {
  const folder = resolve(path);
  const missing = await missingIn(folder);
  const lacking = missing.filter((name) => broughtByEnvtest.includes(name));
  if (lacking.length > 0) {
    throw controlPlaneErrors.error(
      'assets-incomplete',
      `KUBEBUILDER_ASSETS is ${folder}, which has no ${lacking.join(', no ')}.`,
    );
  }
  // It says `Kubernetes v1.36.3`.
  const { stdout } = await runProgram(join(folder, 'kube-apiserver'), ['--version']);
  return { folder, missing, version: stdout.trim().replace(/^Kubernetes /, '') };
}

/** What is to be said of assets of another minor release than that which podlag builds; nothing of the same. */
export function releaseNotes({ version, missing }: Assets, built: string): readonly string[] {
  if (minorOf(version) === minorOf(built)) return [];
  const ours = missing.filter((name) => name.startsWith('kube-'));
  const mixed = ours.length === 0 ? '' : `, the release of its ${ours.join(' and ')} here`;
  return [`KUBEBUILDER_ASSETS brings Kubernetes ${version}, and podlag is tested on ${built}${mixed}.`];
}

/** `v1.36.3` -> `v1.36` */
function minorOf(version: string): string {
  return version.split('.', 2).join('.');
}

function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}
