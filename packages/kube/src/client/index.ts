import type { KubeApi } from '../kube-api';
import { fromKubeconfig, inCluster } from './connection';
import { KubeClient } from './kube-client';

/**
 * The API of the cluster that this process runs in, with its pod's service account.
 *
 * @throws PodlagError `kube-config`
 */
export function inClusterKubeApi(): KubeApi {
  return new KubeClient(inCluster());
}

/**
 * The API that a kubeconfig names: `path`, or else what kubectl would take.
 *
 * @throws PodlagError `kube-config`
 */
export function kubeApiFromKubeconfig(path?: string, context?: string): KubeApi {
  return new KubeClient(fromKubeconfig(path, context));
}
