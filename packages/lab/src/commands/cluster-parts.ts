import { isPodlagError } from '@podlag/core';
import { controlPlaneErrors, ensureKubernetes, type Kubernetes } from '../control-plane';
import { readGoModule } from '../control-plane/go-module';
import { clusterProgramNames, type ClusterProgramName } from '../control-plane/kubernetes';
import { ensureKernel, type UmlKernel } from '../kernel';
import { ensureNodeRoot, type NodeRoot } from '../node';
import { kubernetesModule, type CommandContext } from './command-context';

/** What a cluster is made of but its images. */
export interface ClusterParts {
  readonly kernel: UmlKernel;
  readonly root: NodeRoot;
  readonly kubernetes: Kubernetes<ClusterProgramName>;
}

/**
 * All of it: from the cache, or made now.
 *
 * @throws PodlagError of whatever is not to be had
 */
export async function clusterParts(context: CommandContext): Promise<ClusterParts> {
  const { cache, progress } = context;
  // First: a Go that is new enough is not Debian's to install, and without it all else is of no use.
  const kubernetes = await clusterPrograms(context);
  const kernel = await ensureKernel({ cache, progress });
  const root = await ensureNodeRoot({ cache, progress });
  return { kernel, root, kubernetes };
}

async function clusterPrograms(context: CommandContext): Promise<Kubernetes<ClusterProgramName>> {
  const { cache, progress, env } = context;
  const module = kubernetesModule(context);
  try {
    return await ensureKubernetes({ ...{ cache, progress, env, module }, programs: clusterProgramNames });
  } catch (error) {
    if (!isPodlagError(error, 'kubernetes-not-to-be-had')) throw error;
    const { goVersion } = await readGoModule('kubernetes', module);
    // sudo has a PATH of its own, on which /usr/local/go/bin is not.
    const hint = `Install Go ${goVersion} or newer. Where it is installed: sudo env "PATH=$PATH" ./scripts/cluster up`;
    throw controlPlaneErrors.error('kubernetes-not-to-be-had', error.detail, { hint, cause: error });
  }
}
