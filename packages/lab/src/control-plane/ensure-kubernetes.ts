import { mkdir, rename, rm, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { markUsed, prune } from '../kernel/cache-entries';
import { makeWorkFolder } from '../kernel/kernel-cache';
import type { Progress } from '../kernel/progress';
import { controlPlaneErrors } from './control-plane-errors';
import { buildOrder, goBuild, recipes, requireGo, type GoEnvironment } from './go-build';
import { readGoModule, type GoModule, type GoModuleName } from './go-module';
import {
  isExecutable,
  programNames,
  readAssets,
  releaseNotes,
  type Assets,
  type ClusterProgramName,
  type Kubernetes,
  type ProgramName,
} from './kubernetes';

/** Of a program, for the largest ones. What go keeps of a build, 4 GB, is where GOCACHE says. */
const roomNeededMb = 100;

export interface EnsureKubernetesOptions<Name extends ClusterProgramName = ProgramName> {
  /** podlag's cache folder, for instance `~/.cache/podlag`. */
  readonly cache: string;
  /** The folder of Kubernetes' Go module. CoreDNS' own lies beside it, in `coredns`. */
  readonly module: string;
  readonly progress: Progress;
  /** The user's environment: KUBEBUILDER_ASSETS, PATH with go, GOFLAGS, GOPROXY. */
  readonly env: GoEnvironment;
  /** Default: a control plane's, `programNames`. */
  readonly programs?: readonly Name[];
}

/**
 * The programs of a control plane or of a cluster. Of the control plane's, what KUBEBUILDER_ASSETS has is taken from there;
 * all else comes from the cache, or is built from its Go module (a control plane's six: 5 to 10 minutes on two cores; a
 * cluster's three others: 2 minutes more). Only a finished program ever has the name by which it is found.
 *
 * @throws PodlagError of control-plane-errors.ts
 */
export async function ensureKubernetes<Name extends ClusterProgramName = ProgramName>(
  options: EnsureKubernetesOptions<Name>,
): Promise<Kubernetes<Name>> {
  const { wanted, assets, version, targets } = await choose(options);
  await buildMissing(targets, options);
  for (const folder of new Set(targets.map(({ file }) => dirname(file)))) await markUsed(folder);
  const built = new Map<string, string>(targets.map(({ name, file }) => [name, file]));
  const file = (name: Name): string | undefined => built.get(name) ?? assets?.programs[name];
  return {
    version: assets?.version ?? version,
    from: assets === undefined ? 'cache' : 'KUBEBUILDER_ASSETS',
    programs: Object.fromEntries(wanted.map((name) => [name, file(name)])) as Record<Name, string>,
    notes:
      assets === undefined
        ? []
        : releaseNotes(assets.version, { version, names: targets.map(({ name }) => name) }),
  };
}

/**
 * Those of the programs that ensureKubernetes would have to build, in no order.
 *
 * @throws PodlagError `assets-incomplete`
 */
export async function missingPrograms<Name extends ClusterProgramName = ProgramName>(
  options: Pick<EnsureKubernetesOptions<Name>, 'cache' | 'module' | 'env' | 'programs'>,
): Promise<readonly ClusterProgramName[]> {
  const { targets } = await choose(options);
  return (await notThere(targets)).map(({ name }) => name);
}

/** Which program comes from where. */
interface Choice<Name> {
  readonly wanted: readonly Name[];
  readonly assets: Assets | undefined;
  /** The release that is built. */
  readonly version: string;
  /** What the assets do not have. */
  readonly targets: readonly Target[];
}

async function choose<Name extends ClusterProgramName>(
  options: Pick<EnsureKubernetesOptions<Name>, 'cache' | 'module' | 'env' | 'programs'>,
): Promise<Choice<Name>> {
  // Where none are named, nothing else than the default says what Name is.
  const wanted = options.programs ?? (programNames as readonly ClusterProgramName[] as readonly Name[]);
  const modules = await readModules(options.module);
  const { KUBEBUILDER_ASSETS: path = '' } = options.env;
  const assets = path === '' ? undefined : await readAssets(path);
  const targets = wanted
    .filter((name) => assets?.programs[name] === undefined)
    .map((name) => targetIn(options.cache, modules, name));
  return { wanted, assets, version: modules.kubernetes.version, targets };
}

type GoModules = Readonly<Record<GoModuleName, GoModule>>;

async function readModules(kubernetes: string): Promise<GoModules> {
  return {
    kubernetes: await readGoModule('kubernetes', kubernetes),
    coredns: await readGoModule('coredns', join(dirname(kubernetes), 'coredns')),
  };
}

/** A program in the cache, whether it is there yet or not. */
interface Target {
  readonly name: ClusterProgramName;
  readonly module: GoModule;
  readonly file: string;
}

function targetIn(cache: string, modules: GoModules, name: ClusterProgramName): Target {
  const module = modules[recipes[name].module];
  return { name, module, file: join(cache, `${module.name}-${module.version}-${module.digest}`, name) };
}

/** The names of all folders of a module's programs in a cache. */
const foldersOf = (module: GoModuleName): RegExp => new RegExp(`^${module}-v[^/]+-[0-9a-f]{8}$`);

async function buildMissing(
  targets: readonly Target[],
  { cache, progress, env }: Pick<EnsureKubernetesOptions, 'cache' | 'progress' | 'env'>,
): Promise<void> {
  const missing = await notThere(targets);
  if (missing.length === 0) return;
  const names = missing.map(({ name }) => name);
  for (const module of new Set(missing.map((target) => target.module))) await requireGo(module, names, env);
  const work = await makeWorkFolder(cache);
  try {
    await requireRoom(work, missing.length * roomNeededMb);
    for (const { name, module, file } of missing.toSorted(byBuildOrder)) {
      await progress.step(title(name, module), () => goBuild(name, module, work, env));
      await mkdir(dirname(file), { recursive: true });
      // When another caller was faster, theirs is replaced by the same, also while it runs.
      await rename(join(work, name), file);
    }
    for (const name of new Set(missing.map(({ module }) => module.name))) await prune(cache, foldersOf(name));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function notThere(targets: readonly Target[]): Promise<readonly Target[]> {
  const there = await Promise.all(targets.map(({ file }) => isExecutable(file)));
  return targets.filter((_, index) => there[index] !== true);
}

function byBuildOrder(one: Target, other: Target): number {
  return buildOrder.indexOf(one.name) - buildOrder.indexOf(other.name);
}

function title(name: ClusterProgramName, { version }: GoModule): string {
  const { estimateSeconds } = recipes[name];
  const estimate = estimateSeconds < 60 ? `${estimateSeconds} s` : `${Math.round(estimateSeconds / 60)} min`;
  // etcd and helm come by Kubernetes' module, and have releases of their own.
  const release = name.startsWith('kube') || name === 'coredns' ? ` ${version}` : '';
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
