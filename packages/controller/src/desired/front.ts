import type { PortRange, Protocol } from '@podlag/core';
import { someUnknown, type Entry } from './entry';
import { canonical } from './joined';
import type { ServiceEndpoints, ServicePort, WorldService } from './world';

/** A Service as those see it who send to it: kube-proxy turns its ClusterIPs into an endpoint's address outside their pods. */
export interface Front {
  /** Its ClusterIPs at its ports. */
  readonly entries: readonly Entry[];
  /** Of its ready endpoints: one of them gets what is sent to it. */
  readonly behind: ReadonlySet<string>;
}

/** What of the packets to some pods is meant. */
export type Narrowing = Pick<Entry, 'ports' | 'protocol'>;

interface Candidate {
  readonly behind: ReadonlySet<string>;
  readonly clusterIPs: ReadonlySet<string>;
  readonly service: WorldService;
}

/** The Services that have ClusterIPs and somebody behind them. */
export class Fronts {
  readonly #candidates: readonly Candidate[];

  constructor(services: ReadonlyMap<string, WorldService>) {
    this.#candidates = [...services.values()].flatMap((service) => {
      const ready = service.endpoints.filter(({ notReady }) => notReady !== true);
      const behind = new Set(ready.flatMap(({ addresses }) => addresses.map(canonical)));
      const clusterIPs = new Set(service.clusterIPs.map(canonical));
      return behind.size === 0 || clusterIPs.size === 0 ? [] : [{ behind, clusterIPs, service }];
    });
  }

  /**
   * What leads to these addresses and nowhere else: the Services whose ready endpoints are all among them, at those of their
   * ports whose target port is meant. One that leads elsewhere too is none: half of what is sent to it would be met for nothing.
   */
  before(addresses: ReadonlySet<string>, narrowing: Narrowing = {}): readonly Front[] {
    return this.#candidates
      .filter(({ behind }) => !someUnknown(behind, (one) => addresses.has(one)))
      .map(({ service, clusterIPs, behind }) => ({
        entries: entriesOf(service, clusterIPs, narrowing),
        behind,
      }))
      .filter(({ entries }) => entries.length > 0);
  }
}

/** The entries of fronts, less those that lead to nobody but the pod with these addresses. */
export function frontEntries(fronts: readonly Front[], own: readonly string[] = []): readonly Entry[] {
  return fronts
    .filter(({ behind }) => someUnknown(behind, (one) => own.includes(one)))
    .flatMap(({ entries }) => entries);
}

function entriesOf(
  service: WorldService,
  addresses: ReadonlySet<string>,
  narrowing: Narrowing,
): readonly Entry[] {
  const ports = service.ports.filter((port) => isMeant(port, service.endpoints, narrowing));
  const byProtocol = Map.groupBy(ports, ({ protocol }) => protocol);
  return [...byProtocol].sort().map(([protocol, group]) => ({
    who: { kind: 'addresses', addresses },
    ports: group
      .map(({ port }): PortRange => ({ first: port, last: port }))
      .sort((a, b) => a.first - b.first),
    protocol,
  }));
}

/** An EndpointSlice's port has the name of the Service's port that leads to it. */
function isMeant(
  { name, protocol }: ServicePort,
  endpoints: readonly ServiceEndpoints[],
  narrowing: Narrowing,
): boolean {
  const wanted: Protocol | undefined = narrowing.protocol;
  if (wanted !== undefined && wanted !== protocol) return false;
  const targets = endpoints
    .flatMap(({ ports }) => ports)
    .filter((port) => port.name === name && port.protocol === protocol);
  const isIn = ({ first, last }: PortRange): boolean =>
    targets.some(({ port }) => first <= port && port <= last);
  return narrowing.ports?.some(isIn) ?? true;
}
