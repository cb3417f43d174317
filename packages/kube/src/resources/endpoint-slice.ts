import type { KubeObject, Resource } from '../resource';
import { trimmedMeta } from './trimmed-meta';

/** The label of an EndpointSlice that names its Service. */
export const serviceNameLabel = 'kubernetes.io/service-name';

/** Addresses behind a Service that are one thing, mostly a pod. */
export interface Endpoint {
  /** Of the slice's addressType. More than one is never used by a Service. */
  readonly addresses: readonly string[];
  /** Absent means unknown, which is to be taken for true. */
  readonly conditions?: {
    readonly ready?: boolean;
    readonly serving?: boolean;
    readonly terminating?: boolean;
  };
  readonly targetRef?: {
    readonly kind?: string;
    readonly namespace?: string;
    readonly name?: string;
    readonly uid?: string;
  };
  readonly nodeName?: string;
}

/** Of `discovery.k8s.io/v1`: some of the endpoints of a Service, which its label serviceNameLabel names. */
export interface EndpointSlice extends KubeObject {
  readonly addressType: 'IPv4' | 'IPv6' | 'FQDN';
  readonly endpoints: readonly Endpoint[];
  /** The name is that of the Service's port; the port is the pods' own. */
  readonly ports?: readonly { readonly name?: string; readonly port?: number; readonly protocol?: string }[];
}

/** A watch keeps what the type names. */
export const endpointSlices: Resource<EndpointSlice> = {
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  plural: 'endpointslices',
  namespaced: true,
  keep: ({ apiVersion, kind, metadata, addressType, endpoints, ports }) => ({
    ...{ apiVersion, kind, metadata: trimmedMeta(metadata), addressType },
    // Go writes an empty list as null.
    ports: ports ?? [],
    endpoints: ((endpoints as readonly Endpoint[] | null) ?? []).map(endpoint),
  }),
};

const endpoint = ({ addresses, conditions, targetRef, nodeName }: Endpoint): Endpoint => ({
  ...{ addresses, conditions, targetRef, nodeName },
});
