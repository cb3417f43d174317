import type { Container, PodSpec, SecurityContext } from '../../cluster/pod';
import type { ApiObject } from '../api-client';
import type { ApiVolume } from './volume-files';

/** A v1.Pod as the API server gives it: with its defaults filled in. */
export interface ApiPod extends ApiObject {
  readonly metadata: ApiObject['metadata'] & {
    readonly namespace: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly deletionTimestamp?: string;
    readonly deletionGracePeriodSeconds?: number;
  };
  readonly spec: ApiPodSpec;
  readonly status?: { readonly phase?: string; readonly conditions?: readonly PodCondition[] };
}

export interface ApiPodSpec extends Omit<PodSpec, 'containers' | 'initContainers' | 'volumes'> {
  readonly nodeName?: string;
  readonly restartPolicy: 'Always' | 'OnFailure' | 'Never';
  readonly containers: readonly ApiContainer[];
  readonly initContainers?: readonly ApiContainer[];
  readonly volumes?: readonly ApiVolume[];
  readonly enableServiceLinks?: boolean;
  readonly securityContext?: PodSecurityContext;
}

export interface ApiContainer extends Omit<Container, 'startupProbe' | 'readinessProbe' | 'securityContext'> {
  readonly image: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly workingDir?: string;
  readonly volumeMounts?: readonly ApiVolumeMount[];
  readonly startupProbe?: ApiProbe;
  readonly readinessProbe?: ApiProbe;
  readonly livenessProbe?: ApiProbe;
  readonly securityContext?: ContainerSecurityContext;
}

export interface ApiVolumeMount {
  readonly name: string;
  readonly mountPath: string;
  readonly readOnly?: boolean;
  readonly subPath?: string;
  readonly subPathExpr?: string;
}

/** v1.Probe. The API server fills in all the numbers but the first. */
export interface ApiProbe {
  readonly initialDelaySeconds?: number;
  readonly periodSeconds: number;
  readonly timeoutSeconds: number;
  readonly successThreshold: number;
  readonly failureThreshold: number;
  readonly httpGet?: HttpGet;
}

export interface HttpGet {
  readonly port: number | string;
  readonly path?: string;
  readonly scheme?: 'HTTP' | 'HTTPS';
  readonly httpHeaders?: readonly { readonly name: string; readonly value: string }[];
}

/** Who a container's process is. The container's own wins over the pod's. */
export interface RunAs {
  readonly runAsUser?: number;
  readonly runAsGroup?: number;
  readonly runAsNonRoot?: boolean;
}

export interface PodSecurityContext extends RunAs {
  readonly fsGroup?: number;
  readonly supplementalGroups?: readonly number[];
}

export interface ContainerSecurityContext extends SecurityContext, RunAs {
  readonly privileged?: boolean;
}

export interface PodCondition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly lastTransitionTime?: string;
  readonly message?: string | null;
}

/** A native sidecar: an init container that is started and then kept (Kubernetes 1.29). */
export function isSidecar(container: ApiContainer): boolean {
  return container.restartPolicy === 'Always';
}

/** Where a pod is, for a person and for an API path. */
export function podPath({ metadata: { namespace, name } }: ApiPod): string {
  return `/api/v1/namespaces/${namespace}/pods/${name}`;
}
