import type { KubeObject, Resource } from '../resource';

/** Of `batch/v1`, as podlag reads it. */
export interface Job extends KubeObject {
  readonly spec?: {
    /** From its start: after that its pods are ended and it has failed. */
    readonly activeDeadlineSeconds?: number;
    /** From its end: after that it is deleted, with all that it owns. */
    readonly ttlSecondsAfterFinished?: number;
    readonly template?: Readonly<Record<string, unknown>>;
    readonly [field: string]: unknown;
  };
  readonly status?: {
    readonly active?: number;
    readonly succeeded?: number;
    readonly failed?: number;
    /** `Complete` or `Failed`, with status `True`, once it is over. */
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason?: string;
      readonly message?: string;
    }[];
  };
}

export const jobs: Resource<Job> = {
  apiVersion: 'batch/v1',
  kind: 'Job',
  plural: 'jobs',
  namespaced: true,
  hasStatus: true,
};
