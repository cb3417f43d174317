import type { KubeObject, Resource } from '../resource';
import { trimmedMeta } from './trimmed-meta';

/** A port of a Service. */
export interface ServicePort {
  /** Only one that is alone may do without. */
  readonly name?: string;
  /** Default `TCP`. */
  readonly protocol?: string;
  readonly port: number;
  /** Of the pods: a number, or the name of a container's port. Default the same as `port`. */
  readonly targetPort?: number | string;
}

/** Of core `v1`, as podlag reads it. */
export interface Service extends KubeObject {
  readonly spec?: {
    /** `ClusterIP`, `NodePort`, `LoadBalancer` or `ExternalName`. */
    readonly type?: string;
    readonly selector?: Readonly<Record<string, string>>;
    /** `None` for a headless one; the first of clusterIPs. */
    readonly clusterIP?: string;
    readonly clusterIPs?: readonly string[];
    /** For `ExternalName`: a DNS name. */
    readonly externalName?: string;
    readonly ports?: readonly ServicePort[];
  };
}

/** A watch keeps what the type names. */
export const services: Resource<Service> = {
  apiVersion: 'v1',
  kind: 'Service',
  plural: 'services',
  namespaced: true,
  hasStatus: true,
  keep: ({ apiVersion, kind, metadata, spec }) => ({
    ...{ apiVersion, kind },
    metadata: trimmedMeta(metadata),
    spec: spec && serviceSpec(spec),
  }),
};

type ServiceSpec = NonNullable<Service['spec']>;

function serviceSpec({
  type,
  selector,
  clusterIP,
  clusterIPs,
  externalName,
  ports,
}: ServiceSpec): ServiceSpec {
  return { type, selector, clusterIP, clusterIPs, externalName, ports: ports?.map(servicePort) };
}

const servicePort = ({ name, protocol, port, targetPort }: ServicePort): ServicePort => ({
  ...{ name, protocol, port, targetPort },
});
