import type { ClusterFiles } from './cluster-folder';

/**
 * What a shell evaluates to speak to the cluster. The cluster's own kubectl goes first: the user's may be older than its
 * API server by more than the one release that Kubernetes' version skew policy allows.
 *
 * Nothing in it is of the user's making, so that it needs no quotes: all is below a folder whose name is fixed.
 */
export function environmentLines(files: ClusterFiles): string {
  return `export KUBECONFIG=${files.kubeconfig}\nexport PATH="${files.programs}:$PATH"\n`;
}
