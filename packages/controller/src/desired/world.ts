import type { Duration, Protocol } from '@podlag/core';

/** What the cluster is at one moment, as far as it decides who shapes what. Its lists may stand in any order. */
export interface World {
  readonly pods: readonly WorldPod[];
  /** By `namespace/name`. */
  readonly services: ReadonlyMap<string, WorldService>;
  /** What `topology.kubernetes.io/region` says of each node that has it. */
  readonly nodeRegions: ReadonlyMap<string, string>;
  readonly namespaceLabels: ReadonlyMap<string, Readonly<Record<string, string>>>;
  /** What a name resolves to, with those of its grace period; undefined: not known yet. */
  addressesOf(hostname: string): readonly string[] | undefined;
  /** Why the last question for a name brought no address; undefined when it did, or there was none yet. */
  hostnameProblem(hostname: string): HostnameProblem | undefined;
  /** The round trip that is there without faults, between two regions of the matrix with this object key; undefined: not measured yet. */
  baseline(fromRegion: string, toRegion: string, matrixKey: string): Duration | undefined;
  /** When the objects with a timeline of their own started, by object key. */
  readonly started: ReadonlyMap<string, Started>;
}

/** Why a name has no address. */
export interface HostnameProblem {
  readonly detail: string;
  /** A name server has said that there is none, as of a name with a typing error. False: none has answered. */
  readonly isAnswered: boolean;
}

export interface Started {
  /** In milliseconds since the epoch. */
  readonly startTime: number;
  /** How far a scenario had come when it was paused, in milliseconds. */
  readonly position?: number;
}

export interface WorldPod {
  /** `namespace/name` */
  readonly key: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly labels: Readonly<Record<string, string>>;
  /** IPv4, IPv6 or both; none while it has none. */
  readonly addresses: readonly string[];
  readonly node: string;
  /** Where its podlag sidecar listens; absent: it has none. */
  readonly agent?: WorldAgent;
  readonly ready: boolean;
  /** It has run to its end (phase Succeeded or Failed), or is no more. */
  readonly gone: boolean;
  /** Its network is its node's. */
  readonly hostNetwork?: boolean;
}

export interface WorldAgent {
  readonly address: string;
  readonly port: number;
  /** Targets of all its faults together; absent: as many as agents take by default. */
  readonly mostTargets?: number;
}

export interface WorldService {
  /** None for a headless one. */
  readonly clusterIPs: readonly string[];
  readonly ports: readonly ServicePort[];
  readonly endpoints: readonly ServiceEndpoints[];
}

export interface ServicePort {
  readonly port: number;
  /** The endpoints' own ports say more: a name stands for another number in each pod. */
  readonly targetPort?: number | string;
  readonly protocol: Protocol;
  /** Empty where a service has one port and no name for it. */
  readonly name: string;
}

/** One EndpointSlice, or a part of one: these addresses, each with all of these ports. */
export interface ServiceEndpoints {
  readonly addresses: readonly string[];
  /** `name` is that of the service's port. */
  readonly ports: readonly EndpointPort[];
  /** None of them is ready, and nothing that is sent to the Service comes to them. */
  readonly notReady?: true;
}

export interface EndpointPort {
  readonly name: string;
  readonly port: number;
  readonly protocol: Protocol;
}
