import { buildOrder, recipes } from '../control-plane/go-build';
import type { ClusterProgramName } from '../control-plane/kubernetes';
import type { ClusterOptions } from './cluster-state';

/** What is still to be made for a cluster, and where it goes. */
export interface ToMake {
  /** podlag's cache folder. */
  readonly cache: string;
  /** What of it is not in there yet. */
  readonly lacking: {
    readonly programs: readonly ClusterProgramName[];
    readonly root: boolean;
    readonly kernel: boolean;
    readonly images: boolean;
  };
  /** Where Go keeps what it downloads and compiles; undefined without Go. */
  readonly go: { readonly modules: string; readonly build: string } | undefined;
  /** The cluster's own folder. */
  readonly folder: string;
  readonly cluster: Pick<ClusterOptions, 'nodes' | 'memoryMb'>;
  /** Whether the nodes' memory is in files of that folder. */
  readonly memoryOnDisk: boolean;
}

/** A folder that will grow. */
export interface DiskNeed {
  readonly folder: string;
  /** By how much, at most. */
  readonly neededMb: number;
}

/** Measured, of all programs: 5.0 GB of compiled packages, 2.7 GB of modules. */
const goMb = { build: 5000, modules: 2700 } as const;

/** In MB, measured. What is unpacked or copied before it has its place counts twice. */
const size = {
  program: 100,
  root: 600,
  kernel: 400,
  /** The storage in which images are built. */
  images: 1000,
  /** What changes when podlag does: its images, their archive, and a disk with them. */
  changes: 2500,
  /** A node's disk with its images, and what its pods may write. */
  node: 1500,
} as const;

/** How much each folder will grow at most. Two of them may be on one disk. */
export function diskNeeds(toMake: ToMake): readonly DiskNeed[] {
  const { cache, go, folder } = toMake;
  const share = shareOfBuild(toMake.lacking.programs);
  const needs = [
    { folder: cache, neededMb: cacheMb(toMake.lacking) },
    ...(go === undefined
      ? []
      : [
          { folder: go.build, neededMb: Math.ceil(goMb.build * share) },
          { folder: go.modules, neededMb: Math.ceil(goMb.modules * share) },
        ]),
    { folder, neededMb: clusterMb(toMake) },
  ];
  return needs.filter(({ neededMb }) => neededMb > 0);
}

function cacheMb({ programs, root, kernel, images }: ToMake['lacking']): number {
  return (
    size.changes +
    programs.length * size.program +
    (root ? size.root : 0) +
    (kernel ? size.kernel : 0) +
    (images ? size.images : 0)
  );
}

function clusterMb({ cluster: { nodes, memoryMb }, memoryOnDisk }: ToMake): number {
  const onDiskMb = memoryOnDisk ? Math.ceil((memoryMb * 2 ** 20) / 1_000_000) : 0;
  return nodes * (size.node + onDiskMb);
}

/** From 0 to 1: what takes long to compile takes much room. */
function shareOfBuild(programs: readonly ClusterProgramName[]): number {
  const seconds = (names: readonly ClusterProgramName[]): number =>
    names.reduce((sum, name) => sum + recipes[name].estimateSeconds, 0);
  return seconds(programs) / seconds(buildOrder);
}
