import type { ParsedTarget } from '@podlag/api';
import type { PortRange, Protocol } from '@podlag/core';
import type { Entry } from './entry';
import { canonical } from './joined';
import type { Resolution } from './resolve-target';
import type { ServicePort, WorldService } from './world';

type ServiceTarget = ParsedTarget & { readonly kind: 'service' };

/** One address list at one port: what a Service is made of. */
interface Place {
  readonly addresses: readonly string[];
  readonly port: number;
  readonly protocol: Protocol;
}

/** A Service as packets see it: its ClusterIPs at its ports (kube-proxy changes them after the pod), its endpoints at theirs. */
export function serviceEntries(
  target: ServiceTarget,
  { namespace, world, draft }: Resolution,
): readonly Entry[] {
  const key = `${target.namespace ?? namespace}/${target.name}`;
  const service = world.services.get(key);
  if (service === undefined) {
    draft.problem({
      code: 'no-such-service',
      detail: `there is no Service ${key}`,
      hint: 'Make it, or correct the name in the object; either is seen at once.',
    });
    return [];
  }
  if (service.ports.length === 0 || target.protocol === 'icmp') return wholeService(target, service);
  const ports = service.ports.filter((port) => isMeant(port, target));
  if (ports.length === 0) {
    const known = service.ports.map(({ port, protocol }) => `${port}/${protocol}`).join(', ');
    draft.problem({
      code: 'no-such-port',
      detail: `Service ${key} has none of the ports that the target names`,
      hint: `Its ports are ${known}: name one of these, or leave ports and protocol out.`,
    });
  }
  return grouped([...clusterPlaces(service, ports), ...endpointPlaces(service, ports)]);
}

function isMeant({ port, protocol }: ServicePort, target: ServiceTarget): boolean {
  const inPorts = target.ports?.some(({ first, last }) => first <= port && port <= last) ?? true;
  return inPorts && (target.protocol === undefined || target.protocol === protocol);
}

function clusterPlaces({ clusterIPs }: WorldService, ports: readonly ServicePort[]): readonly Place[] {
  return ports.map(({ port, protocol }) => ({ addresses: clusterIPs, port, protocol }));
}

/** An EndpointSlice's port has the name of the Service's port that leads to it. */
function endpointPlaces({ endpoints }: WorldService, ports: readonly ServicePort[]): readonly Place[] {
  return endpoints.flatMap(({ addresses, ports: targetPorts }) =>
    targetPorts
      .filter(({ name, protocol }) => ports.some((port) => port.name === name && port.protocol === protocol))
      .map(({ port, protocol }) => ({ addresses, port, protocol })),
  );
}

/** Without ports of its own, or for a protocol that has none, all that the target says holds for all addresses. */
function wholeService({ ports, protocol }: ServiceTarget, service: WorldService): readonly Entry[] {
  const all = [...service.clusterIPs, ...service.endpoints.flatMap(({ addresses }) => addresses)];
  const addresses = new Set(all.map(canonical));
  return addresses.size === 0 ? [] : [{ who: { kind: 'addresses', addresses }, ports, protocol }];
}

/** First by port, so that slices of one Service become one list; then by addresses, so that a list is written once. */
function grouped(places: readonly Place[]): readonly Entry[] {
  const byPort = Map.groupBy(places, ({ port, protocol }) => `${protocol} ${port}`);
  const lists = [...byPort.values()].map((group) => ({
    addresses: [...new Set(group.flatMap(({ addresses }) => addresses.map(canonical)))].sort(),
    port: group[0]?.port ?? 0,
    protocol: group[0]?.protocol,
  }));
  const known = lists.filter(({ addresses }) => addresses.length > 0);
  const byAddresses = Map.groupBy(known, ({ addresses, protocol }) => `${protocol} ${addresses.join(',')}`);
  return [...byAddresses].sort(byFirst).map(([, group]) => ({
    who: { kind: 'addresses', addresses: new Set(group[0]?.addresses) },
    ports: group
      .map(({ port }): PortRange => ({ first: port, last: port }))
      .sort((a, b) => a.first - b.first),
    protocol: group[0]?.protocol,
  }));
}

function byFirst([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : 1;
}
