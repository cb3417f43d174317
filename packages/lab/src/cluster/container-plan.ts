import { containerEnv, type PodStatus } from './container-env';
import { labErrors } from './lab-errors';
import type { Container, Pod, SecurityContext } from './pod';

/** How to run one container's program: what is left of its spec when everything is looked up. */
export interface ContainerPlan {
  readonly name: string;
  readonly image: string;
  readonly env: Readonly<Record<string, string>>;
  readonly mounts: readonly VolumeAt[];
  readonly confinement: Confinement;
  readonly readiness: HttpCheck | undefined;
}

export interface VolumeAt {
  readonly volume: string;
  readonly path: string;
}

export interface Confinement {
  readonly readOnlyRoot: boolean;
  readonly noNewPrivileges: boolean;
  /** All that it may ever have, as `NET_ADMIN`; undefined: as many as the one who starts it. */
  readonly capabilities: readonly string[] | undefined;
}

/** What tells that a container has started, from the node. */
export interface HttpCheck {
  readonly port: number;
  readonly path: string;
  readonly timeoutMs: number;
}

/** @throws PodlagError `not-handled` */
export function containerPlan(pod: Pod, container: Container, status: PodStatus): ContainerPlan {
  return {
    name: container.name,
    image: container.image ?? '',
    env: containerEnv(pod, container, status),
    mounts: (container.volumeMounts ?? []).map(({ name, mountPath }) => emptyDir(pod, name, mountPath)),
    confinement: confinementOf(container.securityContext ?? {}),
    readiness: readinessOf(container),
  };
}

/** Only below /run, where a container of the lab has a file system of its own: nothing is made on the machine's. */
function emptyDir(pod: Pod, volume: string, mountPath: string): VolumeAt {
  const found = pod.spec.volumes?.find(({ name }) => name === volume);
  if (found?.emptyDir === undefined) throw labErrors.error('not-handled', `volume ${volume} is no emptyDir`);
  const path = mountPath.replace(/^\/var\/run\//, '/run/');
  if (!/^\/run(\/[A-Za-z0-9][\w.-]*)+$/.test(path)) {
    throw labErrors.error(
      'not-handled',
      `volume ${volume} is to be mounted on ${mountPath}, which is not below /run`,
    );
  }
  return { volume, path };
}

function confinementOf(context: SecurityContext): Confinement {
  const { drop = [], add = [] } = context.capabilities ?? {};
  return {
    readOnlyRoot: context.readOnlyRootFilesystem === true,
    noNewPrivileges: context.allowPrivilegeEscalation === false,
    capabilities: drop.includes('ALL') ? add.map(capability) : undefined,
  };
}

function capability(name: string): string {
  if (!/^[A-Z_]+$/.test(name)) throw labErrors.error('not-handled', `capability ${name}`);
  return name;
}

/** The startup probe, and where there is none the readiness probe. */
function readinessOf(container: Container): HttpCheck | undefined {
  const probe = container.startupProbe ?? container.readinessProbe;
  if (probe?.httpGet === undefined) return undefined;
  // The API server's defaults.
  const { periodSeconds = 10, failureThreshold = 3 } = probe;
  const { port, path = '/' } = probe.httpGet;
  return { port: portNumber(container, port), path, timeoutMs: periodSeconds * failureThreshold * 1000 };
}

function portNumber({ name, ports = [] }: Container, port: number | string): number {
  const number =
    typeof port === 'number' ? port : ports.find((declared) => declared.name === port)?.containerPort;
  if (number !== undefined) return number;
  throw labErrors.error('not-handled', `container ${name}: the probe's port ${port} is not declared`);
}
