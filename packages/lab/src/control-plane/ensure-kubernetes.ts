import { mkdir, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { makeWorkFolder, publish } from '../kernel/kernel-cache';
import type { Progress } from '../kernel/progress';
import { controlPlaneErrors } from './control-plane-errors';
import { goBuild, recipes, requireGo, type GoEnvironment } from './go-build';
import { readGoModule, type GoModule } from './go-module';
import { kubernetesOfAssets, programsIn, type Kubernetes, type ProgramName } from './kubernetes';

/** For the programs. What go keeps of a build, 4 GB, is where GOCACHE says. */
const roomNeededMb = 600;

export interface EnsureKubernetesOptions {
  /** podlag's cache folder, for instance `~/.cache/podlag`. */
  readonly cache: string;
  /** The folder with go.mod and go.sum. */
  readonly module: string;
  readonly progress: Progress;
  /** The user's environment: KUBEBUILDER_ASSETS, PATH with go, GOFLAGS, GOPROXY. */
  readonly env: GoEnvironment;
}

/**
 * Kubernetes' servers, kubectl and helm: those of KUBEBUILDER_ASSETS, or else from the cache, or else built from their
 * Go modules (5 to 10 minutes on two cores). Only a finished set ever has the name by which it is found.
 *
 * @throws PodlagError of control-plane-errors.ts
 */
export async function ensureKubernetes(options: EnsureKubernetesOptions): Promise<Kubernetes> {
  const assets = options.env.KUBEBUILDER_ASSETS;
  if (assets !== undefined && assets !== '') return kubernetesOfAssets(assets);
  const module = await readGoModule(options.module);
  const cached = await cachedKubernetes(options.cache, module);
  return cached ?? build(module, options);
}

/** Where a build of the module lies in the cache. */
export function kubernetesFolder(cache: string, { kubernetesVersion, digest }: GoModule): string {
  return join(cache, `kubernetes-${kubernetesVersion}-${digest}`);
}

async function cachedKubernetes(cache: string, module: GoModule): Promise<Kubernetes | undefined> {
  const { folder, missing } = await programsIn(kubernetesFolder(cache, module));
  return missing.length > 0
    ? undefined
    : { folder, missing, version: module.kubernetesVersion, from: 'cache' };
}

async function build(module: GoModule, options: EnsureKubernetesOptions): Promise<Kubernetes> {
  const { cache, progress, env } = options;
  await requireGo(module, env);
  const work = await makeWorkFolder(cache);
  try {
    await requireRoom(work);
    const programs = join(work, 'kubernetes');
    await mkdir(programs);
    for (const name of Object.keys(recipes) as ProgramName[]) {
      await progress.step(title(name, module), () => goBuild(name, module, programs, env));
    }
    await publish(programs, kubernetesFolder(cache, module));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  const built = await cachedKubernetes(cache, module);
  if (built !== undefined) return built;
  throw controlPlaneErrors.error(
    'kubernetes-build-failed',
    `${kubernetesFolder(cache, module)} is not whole.`,
    { hint: 'Remove that folder, then try again.' },
  );
}

function title(name: ProgramName, { kubernetesVersion }: GoModule): string {
  const { estimateSeconds } = recipes[name];
  const estimate = estimateSeconds < 60 ? `${estimateSeconds} s` : `${Math.round(estimateSeconds / 60)} min`;
  const release = name.startsWith('kube') ? ` ${kubernetesVersion}` : '';
  return `building ${name}${release} (about ${estimate} the first time, on two cores)`;
}

async function requireRoom(folder: string): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const freeMb = Math.floor((bavail * bsize) / 1_000_000);
  if (freeMb >= roomNeededMb) return;
  throw controlPlaneErrors.error(
    'kubernetes-build-failed',
    `${folder} has ${freeMb} MB of room, and the programs take ${roomNeededMb} MB.`,
    { hint: 'Free some space, or point XDG_CACHE_HOME at another disk, then try again.' },
  );
}
