import { mkdir, rename, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { makeWorkFolder } from '../kernel/kernel-cache';
import type { Progress } from '../kernel/progress';
import { controlPlaneErrors } from './control-plane-errors';
import { buildOrder, goBuild, recipes, requireGo, type GoEnvironment } from './go-build';
import { readGoModule, type GoModule } from './go-module';
import {
  missingIn,
  programFiles,
  programNames,
  readAssets,
  releaseNotes,
  type Kubernetes,
  type ProgramName,
} from './kubernetes';

/** Of a program, for the largest ones. What go keeps of a build, 4 GB, is where GOCACHE says. */
const roomNeededMb = 100;

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
 * Kubernetes' servers, kubectl and helm. What KUBEBUILDER_ASSETS has is taken from there; all else comes from the cache,
 * or is built from its Go module (all six: 5 to 10 minutes on two cores). Only a finished program ever has the name by
 * which it is found.
 *
 * @throws PodlagError of control-plane-errors.ts
 */
export async function ensureKubernetes(options: EnsureKubernetesOptions): Promise<Kubernetes> {
  const module = await readGoModule(options.module);
  const folder = kubernetesFolder(options.cache, module);
  const { KUBEBUILDER_ASSETS: path = '' } = options.env;
  if (path === '') {
    await ensurePrograms(programNames, module, options);
    const programs = programFiles(folder, { names: [], folder });
    return { version: module.kubernetesVersion, from: 'cache', programs, notes: [] };
  }
  const assets = await readAssets(path);
  await ensurePrograms(assets.missing, module, options);
  return {
    version: assets.version,
    from: 'KUBEBUILDER_ASSETS',
    programs: programFiles(assets.folder, { names: assets.missing, folder }),
    notes: releaseNotes(assets, module.kubernetesVersion),
  };
}

/** Where what is built from the module lies in the cache. */
export function kubernetesFolder(cache: string, { kubernetesVersion, digest }: GoModule): string {
  return join(cache, `kubernetes-${kubernetesVersion}-${digest}`);
}

/** Builds what the cache does not have. */
async function ensurePrograms(
  wanted: readonly ProgramName[],
  module: GoModule,
  { cache, progress, env }: EnsureKubernetesOptions,
): Promise<void> {
  const folder = kubernetesFolder(cache, module);
  const missing = await missingIn(folder, wanted);
  if (missing.length === 0) return;
  await requireGo(module, missing, env);
  const work = await makeWorkFolder(cache);
  try {
    await requireRoom(work, missing.length * roomNeededMb);
    await mkdir(folder, { recursive: true });
    for (const name of buildOrder.filter((program) => missing.includes(program))) {
      await progress.step(title(name, module), () => goBuild(name, module, work, env));
      // When another caller was faster, theirs is replaced by the same, also while it runs.
      await rename(join(work, name), join(folder, name));
    }
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

function title(name: ProgramName, { kubernetesVersion }: GoModule): string {
  const { estimateSeconds } = recipes[name];
  const estimate = estimateSeconds < 60 ? `${estimateSeconds} s` : `${Math.round(estimateSeconds / 60)} min`;
  const release = name.startsWith('kube') ? ` ${kubernetesVersion}` : '';
  return `building ${name}${release} (about ${estimate} the first time, on two cores)`;
}

async function requireRoom(folder: string, neededMb: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const freeMb = Math.floor((bavail * bsize) / 1_000_000);
  if (freeMb >= neededMb) return;
  throw controlPlaneErrors.error(
    'kubernetes-build-failed',
    `${folder} has ${freeMb} MB of room, and the programs take up to ${neededMb} MB.`,
    { hint: 'Free some space, or point XDG_CACHE_HOME at another disk, then try again.' },
  );
}
