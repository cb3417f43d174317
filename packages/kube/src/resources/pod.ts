import type { KubeObject, ObjectMeta, Resource } from '../resource';
import { trimmedMeta } from './trimmed-meta';

/** A container of a pod, as far as podlag looks at it. */
export interface PodContainer {
  readonly name: string;
  /** `Always` makes a sidecar of an init container. */
  readonly restartPolicy?: string;
  readonly ports?: readonly PodContainerPort[];
  /** Of most the name alone: values may be secrets. */
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
}

/** A port that a container says it listens on. */
export interface PodContainerPort {
  readonly name?: string;
  readonly containerPort: number;
  /** Default `TCP`. */
  readonly protocol?: string;
}

/** How a container of a pod is. A restart is another containerID. */
export interface PodContainerStatus {
  readonly name: string;
  readonly ready: boolean;
  readonly started?: boolean;
  readonly restartCount: number;
  readonly containerID?: string;
}

export interface PodCondition {
  /** `Ready`, `ContainersReady`, `Initialized`, `PodScheduled`, ... */
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
}

/** Of core `v1`, as podlag reads it. */
export interface Pod extends KubeObject {
  readonly spec?: {
    readonly nodeName?: string;
    readonly hostNetwork?: boolean;
    readonly containers: readonly PodContainer[];
    readonly initContainers?: readonly PodContainer[];
  };
  readonly status?: {
    /** `Pending`, `Running`, `Succeeded`, `Failed` or `Unknown`. */
    readonly phase?: string;
    /** The first of podIPs. */
    readonly podIP?: string;
    /** One of each IP family that the cluster has. */
    readonly podIPs?: readonly { readonly ip: string }[];
    readonly conditions?: readonly PodCondition[];
    readonly containerStatuses?: readonly PodContainerStatus[];
    readonly initContainerStatuses?: readonly PodContainerStatus[];
  };
}

/**
 * A watch keeps of each what the type names, and of its annotations those of podlag: a pod has several kilobytes, and there
 * are thousands.
 */
export const pods: Resource<Pod> = {
  apiVersion: 'v1',
  kind: 'Pod',
  plural: 'pods',
  namespaced: true,
  hasStatus: true,
  keep: ({ apiVersion, kind, metadata, spec, status }) => ({
    ...{ apiVersion, kind },
    metadata: podMeta(metadata),
    spec: spec && podSpec(spec),
    status: status && podStatus(status),
  }),
};

const ours = 'podlag.io/';

function podMeta(metadata: ObjectMeta): ObjectMeta {
  const annotations = Object.entries(metadata.annotations ?? {}).filter(([name]) => name.startsWith(ours));
  return {
    ...trimmedMeta(metadata),
    annotations: annotations.length === 0 ? undefined : Object.fromEntries(annotations),
  };
}

type PodSpec = NonNullable<Pod['spec']>;

function podSpec({ nodeName, hostNetwork, containers, initContainers }: PodSpec): PodSpec {
  return {
    ...{ nodeName, hostNetwork },
    containers: containers.map(container),
    initContainers: initContainers?.map(container),
  };
}

function container({ name, restartPolicy, ports, env }: PodContainer): PodContainer {
  return { name, restartPolicy, ports: ports?.map(port), env: env?.map(variable) };
}

const port = ({ name, containerPort, protocol }: PodContainerPort): PodContainerPort => ({
  ...{ name, containerPort, protocol },
});

/** What an agent takes decides what it can be asked for. */
const readVariable = 'PODLAG_MOST_TARGETS';

type Variable = NonNullable<PodContainer['env']>[number];

function variable({ name, value }: Variable): Variable {
  return name === readVariable && value !== undefined ? { name, value } : { name };
}

type PodStatus = NonNullable<Pod['status']>;

function podStatus(status: PodStatus): PodStatus {
  const { phase, podIP, podIPs, conditions, containerStatuses, initContainerStatuses } = status;
  return {
    ...{ phase, podIP },
    podIPs: podIPs?.map(({ ip }) => ({ ip })),
    conditions: conditions?.map(({ type, status: is }) => ({ type, status: is })),
    containerStatuses: containerStatuses?.map(containerStatus),
    initContainerStatuses: initContainerStatuses?.map(containerStatus),
  };
}

const containerStatus = (status: PodContainerStatus): PodContainerStatus => {
  const { name, ready, started, restartCount, containerID } = status;
  return { name, ready, started, restartCount, containerID };
};
