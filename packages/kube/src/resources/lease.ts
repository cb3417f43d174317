import type { KubeObject, Resource } from '../resource';

/** What a Lease says. */
export interface LeaseSpec {
  /** Empty: nobody holds it. */
  readonly holderIdentity?: string;
  /** It runs out when it was not renewed for so long. */
  readonly leaseDurationSeconds?: number;
  /** RFC 3339 with microseconds, by the clock of the holder. */
  readonly acquireTime?: string;
  readonly renewTime?: string;
  /** How often it has gone from one holder to another. */
  readonly leaseTransitions?: number;
}

/** Of `coordination.k8s.io/v1`. */
export interface Lease extends KubeObject {
  readonly spec?: LeaseSpec;
}

export const leases: Resource<Lease> = {
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  plural: 'leases',
  namespaced: true,
};
