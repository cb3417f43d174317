import { join } from 'node:path';
import { isPodlagError } from '@podlag/core';
import { runProgram, type ProgramOptions, type ProgramResult } from '../kernel/run-program';
import { controlPlaneErrors } from './control-plane-errors';
import { isGoNewEnough, type GoModule } from './go-module';
import type { ProgramName } from './kubernetes';

/** How a program is built. */
export interface Recipe {
  readonly goPackage: string;
  /** With empty caches on two cores. */
  readonly estimateSeconds: number;
}

/** In the order in which they are built: what takes longest first, for it compiles what the others share. */
export const recipes: Readonly<Record<ProgramName, Recipe>> = {
  'kube-apiserver': { goPackage: 'k8s.io/kubernetes/cmd/kube-apiserver', estimateSeconds: 180 },
  'kube-controller-manager': {
    goPackage: 'k8s.io/kubernetes/cmd/kube-controller-manager',
    estimateSeconds: 50,
  },
  'kube-scheduler': { goPackage: 'k8s.io/kubernetes/cmd/kube-scheduler', estimateSeconds: 10 },
  kubectl: { goPackage: 'k8s.io/kubernetes/cmd/kubectl', estimateSeconds: 20 },
  etcd: { goPackage: 'go.etcd.io/etcd/server/v3', estimateSeconds: 10 },
  helm: { goPackage: 'helm.sh/helm/v4/cmd/helm', estimateSeconds: 20 },
};

/** All programs, those first that take longest. */
export const buildOrder = Object.keys(recipes) as readonly ProgramName[];

/** The user's environment: their GOFLAGS, GOPROXY and caches count. */
export type GoEnvironment = Readonly<Record<string, string | undefined>>;

/** What `go build` gets to build one program. `-s -w` leaves out what only a debugger wants, a third of the size. */
export function buildArguments(program: ProgramName, version: string, folder: string): readonly string[] {
  const [major = '', minor = ''] = version.replace(/^v/, '').split('.');
  const stamp = 'k8s.io/component-base/version';
  const stamps = { gitVersion: version, gitMajor: major, gitMinor: minor };
  const ldflags = [
    '-s',
    '-w',
    ...Object.entries(stamps).map(([name, value]) => `-X ${stamp}.${name}=${value}`),
  ];
  const { goPackage } = recipes[program];
  return [
    ...['build', '-mod=readonly', '-trimpath', '-ldflags', ldflags.join(' ')],
    ...['-o', join(folder, program), goPackage],
  ];
}

/**
 * Builds one program of a module into a folder.
 *
 * @throws PodlagError `kubernetes-build-failed`, with what go said
 */
export async function goBuild(
  program: ProgramName,
  module: GoModule,
  folder: string,
  env: GoEnvironment,
): Promise<void> {
  const { code, stderr } = await runProgram('go', buildArguments(program, module.kubernetesVersion, folder), {
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
  missing: readonly ProgramName[],
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
  const wanted = `Kubernetes ${module.kubernetesVersion} wants Go ${module.goVersion} or newer`;
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
