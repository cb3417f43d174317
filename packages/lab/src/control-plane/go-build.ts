import { join } from 'node:path';
import { isPodlagError } from '@podlag/core';
import { runProgram, type ProgramOptions, type ProgramResult } from '../kernel/run-program';
import { controlPlaneErrors } from './control-plane-errors';
import { goModules, isGoNewEnough, type GoModule, type GoModuleName } from './go-module';
import type { ClusterProgramName } from './kubernetes';

/** How a program is built. */
export interface Recipe {
  readonly module: GoModuleName;
  readonly goPackage: string;
  /** With empty caches on two cores, after those that stand before it. */
  readonly estimateSeconds: number;
}

/** In the order in which they are built: what takes longest first, for it compiles what the others share. */
export const recipes: Readonly<Record<ClusterProgramName, Recipe>> = {
  'kube-apiserver': ofKubernetes('k8s.io/kubernetes/cmd/kube-apiserver', 180),
  'kube-controller-manager': ofKubernetes('k8s.io/kubernetes/cmd/kube-controller-manager', 50),
  kubelet: ofKubernetes('k8s.io/kubernetes/cmd/kubelet', 60),
  'kube-scheduler': ofKubernetes('k8s.io/kubernetes/cmd/kube-scheduler', 10),
  'kube-proxy': ofKubernetes('k8s.io/kubernetes/cmd/kube-proxy', 20),
  kubectl: ofKubernetes('k8s.io/kubernetes/cmd/kubectl', 20),
  etcd: ofKubernetes('go.etcd.io/etcd/server/v3', 10),
  helm: ofKubernetes('helm.sh/helm/v4/cmd/helm', 20),
  coredns: { module: 'coredns', goPackage: '.', estimateSeconds: 60 },
};

function ofKubernetes(goPackage: string, estimateSeconds: number): Recipe {
  return { module: 'kubernetes', goPackage, estimateSeconds };
}

/** All programs, in the order in which they are built. */
export const buildOrder = Object.keys(recipes) as readonly ClusterProgramName[];

/** The user's environment: their GOFLAGS, GOPROXY and caches count. */
export type GoEnvironment = Readonly<Record<string, string | undefined>>;

/** What `go build` gets to build one program. `-s -w` leaves out what only a debugger wants, a third of the size. */
export function buildArguments(
  program: ClusterProgramName,
  version: string,
  folder: string,
): readonly string[] {
  const { module, goPackage } = recipes[program];
  const ldflags = ['-s', '-w', ...(module === 'kubernetes' ? kubernetesStamps(version) : [])];
  return [
    ...['build', '-mod=readonly', '-trimpath', '-ldflags', ldflags.join(' ')],
    ...['-o', join(folder, program), goPackage],
  ];
}

/** Kubernetes' source does not say which release it is, as CoreDNS' does. */
function kubernetesStamps(version: string): readonly string[] {
  const [major = '', minor = ''] = version.replace(/^v/, '').split('.');
  const stamps = { gitVersion: version, gitMajor: major, gitMinor: minor };
  return Object.entries(stamps).map(([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`);
}

/**
 * Builds one program of a module into a folder.
 *
 * @throws PodlagError `kubernetes-build-failed`, with what go said
 */
export async function goBuild(
  program: ClusterProgramName,
  module: GoModule,
  folder: string,
  env: GoEnvironment,
): Promise<void> {
  const { code, stderr } = await runProgram('go', buildArguments(program, module.version, folder), {
    cwd: module.folder,
    // Without C, so that the programs run whatever the machine's C library is.
    env: { ...env, CGO_ENABLED: '0' },
  });
  if (code === 0) return;
  const end = stderr.trim().split('\n').slice(-15).join('\n');
  throw controlPlaneErrors.error('kubernetes-build-failed', `go build of ${program} failed:\n${end}`);
}

/**
 * Answers when there is a Go that builds what is missing. A Go that is older but may fetch another (GOTOOLCHAIN) does so
 * here.
 *
 * @throws PodlagError `kubernetes-not-to-be-had`, with what is missing
 */
export async function requireGo(
  module: GoModule,
  missing: readonly ClusterProgramName[],
  env: GoEnvironment,
): Promise<void> {
  const reason = await whyNoGo(module, env);
  if (reason === undefined) return;
  throw controlPlaneErrors.error(
    'kubernetes-not-to-be-had',
    `There is no ${missing.join(', no ')}, and no Go to build them: ${reason}.`,
  );
}

async function whyNoGo(module: GoModule, env: GoEnvironment): Promise<string | undefined> {
  const found = await go(['env', 'GOVERSION'], { cwd: module.folder, env });
  if (found === undefined) return 'it is not installed (no `go` on PATH)';
  const { title } = goModules[module.name];
  const wanted = `${title} ${module.version} wants Go ${module.goVersion} or newer`;
  if (found.code !== 0) return `${wanted}, and \`go env GOVERSION\` says: ${found.stderr.trim()}`;
  const version = found.stdout.trim();
  return isGoNewEnough(version, module.goVersion) ? undefined : `${wanted}, and this is ${version}`;
}

/** Undefined where there is no Go. */
async function go(args: readonly string[], options: ProgramOptions): Promise<ProgramResult | undefined> {
  try {
    return await runProgram('go', args, options);
  } catch (error) {
    if (isPodlagError(error, 'missing-program')) return undefined;
    throw error;
  }
}
