import type { KubeObject, Resource } from '@podlag/kube';
import type { LatencyMatrix } from './latency-matrix';
import type { NetworkFault } from './network-fault';
import type { Scenario } from './scenario';

/** The API group of podlag's objects. */
export const apiGroup = 'podlag.io';

/** Group and version, as an object's apiVersion has them. */
export const apiVersion = `${apiGroup}/v1alpha1`;

export const networkFaults: Resource<NetworkFault> = {
  apiVersion,
  kind: 'NetworkFault',
  plural: 'networkfaults',
  namespaced: true,
  hasStatus: true,
};

export const latencyMatrices: Resource<LatencyMatrix> = {
  apiVersion,
  kind: 'LatencyMatrix',
  plural: 'latencymatrices',
  namespaced: true,
  hasStatus: true,
};

export const scenarios: Resource<Scenario> = {
  apiVersion,
  kind: 'Scenario',
  plural: 'scenarios',
  namespaced: true,
  hasStatus: true,
};

/** All kinds of podlag's, in the order in which they are told. */
export const customResources: readonly Resource<KubeObject>[] = [networkFaults, latencyMatrices, scenarios];
