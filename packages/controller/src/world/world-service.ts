import { protocols, type Protocol } from '@podlag/core';
import { serviceNameLabel, type EndpointSlice, type Service } from '@podlag/kube';
import type { ServiceEndpoints, WorldService } from '../desired/world';

/** All Services by `namespace/name`, each with what its EndpointSlices say. */
export function worldServices(
  services: ReadonlyMap<string, Service>,
  slices: ReadonlyMap<string, EndpointSlice>,
): ReadonlyMap<string, WorldService> {
  const bySlices = slicesByService(slices);
  return new Map(
    [...services].map(([key, service]) => [key, worldService(service, bySlices.get(key) ?? [])]),
  );
}

function slicesByService(
  slices: ReadonlyMap<string, EndpointSlice>,
): ReadonlyMap<string, readonly EndpointSlice[]> {
  return Map.groupBy(
    slices.values(),
    ({ metadata }) => `${metadata.namespace ?? ''}/${metadata.labels?.[serviceNameLabel] ?? ''}`,
  );
}

function worldService({ spec = {} }: Service, slices: readonly EndpointSlice[]): WorldService {
  const clusterIPs = spec.clusterIPs ?? (spec.clusterIP === undefined ? [] : [spec.clusterIP]);
  return {
    clusterIPs: clusterIPs.filter((address) => address !== '' && address !== 'None'),
    ports: (spec.ports ?? []).flatMap(({ name = '', port, targetPort, protocol }) => {
      const known = protocolOf(protocol);
      if (known === undefined) return [];
      return [{ name, port, protocol: known, ...(targetPort === undefined ? {} : { targetPort }) }];
    }),
    endpoints: slices.flatMap(endpointsOf),
  };
}

/**
 * Also those that are not ready: a fault toward them that came only when the first connection does would come too late,
 * and one toward a peer that is being ended has to last as long as its connections.
 */
function endpointsOf({ addressType, endpoints, ports = [] }: EndpointSlice): readonly ServiceEndpoints[] {
  if (addressType === 'FQDN') return [];
  const known = ports.flatMap(({ name = '', port, protocol: text }) => {
    const protocol = protocolOf(text);
    return port === undefined || protocol === undefined ? [] : [{ name, port, protocol }];
  });
  // Unset means ready.
  const [ready, others] = [true, false].map((wanted) =>
    endpoints
      .filter(({ conditions }) => (conditions?.ready !== false) === wanted)
      .flatMap(({ addresses }) => addresses),
  );
  return [
    ...(ready?.length ? [{ addresses: ready, ports: known }] : []),
    ...(others?.length ? [{ addresses: others, ports: known, notReady: true as const }] : []),
  ];
}

/** SCTP is none of those that a fault can name. */
function protocolOf(protocol = 'TCP'): Protocol | undefined {
  return protocols.find((known) => known.toUpperCase() === protocol);
}
