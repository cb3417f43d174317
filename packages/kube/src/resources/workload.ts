import type { KubeObject, Resource } from '../resource';

/** What makes pods, of `apps/v1`, as podlag reads it. */
export interface Workload extends KubeObject {
  readonly spec?: {
    /** Default 1. */
    readonly replicas?: number;
    readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> };
    readonly template?: {
      readonly metadata?: {
        readonly labels?: Readonly<Record<string, string>>;
        readonly annotations?: Readonly<Record<string, string>>;
      };
      readonly spec?: Readonly<Record<string, unknown>>;
    };
    readonly [field: string]: unknown;
  };
  readonly status?: {
    /** Of the metadata.generation that the rest of the status is about. */
    readonly observedGeneration?: number;
    readonly replicas?: number;
    readonly readyReplicas?: number;
    readonly availableReplicas?: number;
    readonly updatedReplicas?: number;
  };
}

export const deployments: Resource<Workload> = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  plural: 'deployments',
  namespaced: true,
  hasStatus: true,
};

export const replicaSets: Resource<Workload> = {
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  plural: 'replicasets',
  namespaced: true,
  hasStatus: true,
};
