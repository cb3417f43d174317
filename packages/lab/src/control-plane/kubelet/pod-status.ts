import { isSidecar, type ApiContainer, type ApiPod, type PodCondition } from './pod-object';

/** How a container's process ended. */
export interface Ending {
  readonly exitCode: number;
  readonly signal?: number;
  readonly startedAt: string;
  readonly finishedAt: string;
}

/** What a container does just now. */
export type ContainerState =
  | { readonly kind: 'waiting'; readonly reason: string; readonly message?: string }
  | { readonly kind: 'running'; readonly startedAt: string }
  | { readonly kind: 'terminated'; readonly ending: Ending };

/** What is known of one container. */
export interface Observation {
  readonly container: ApiContainer;
  readonly state: ContainerState;
  readonly last: Ending | undefined;
  readonly restarts: number;
  /** It runs, and its startup probe has passed. */
  readonly started: boolean;
  /** It is started, and its readiness probe passes. */
  readonly ready: boolean;
}

/** What is known of a pod. */
export interface PodObservation {
  readonly pod: ApiPod;
  readonly ip: string;
  readonly hostIp: string;
  readonly startTime: string;
  readonly init: readonly Observation[];
  readonly containers: readonly Observation[];
  /** Why there is no network or a volume is missing; undefined when all is there. */
  readonly problem: string | undefined;
  /** RFC 3339. */
  readonly now: string;
}

type Phase = 'Pending' | 'Running' | 'Succeeded' | 'Failed';

/** The v1.PodStatus that the kubelet would report. */
export function podStatus(observation: PodObservation): object {
  const { ip, hostIp, startTime, init, containers } = observation;
  return {
    phase: phaseOf(observation),
    podIP: ip,
    podIPs: [{ ip }],
    hostIP: hostIp,
    hostIPs: [{ ip: hostIp }],
    startTime,
    conditions: conditionsOf(observation),
    initContainerStatuses: init.map(containerStatus),
    containerStatuses: containers.map(containerStatus),
  };
}

function phaseOf({ pod, init, containers }: PodObservation): Phase {
  if (init.some(hasFailedForGood(pod))) return 'Failed';
  if (!isInitialized(init) || containers.some(isUntried)) return 'Pending';
  if (pod.spec.restartPolicy === 'Always' || !containers.every(isTerminated)) return 'Running';
  if (containers.every(hasSucceeded)) return 'Succeeded';
  return containers.some(hasFailedForGood(pod)) ? 'Failed' : 'Running';
}

const isTerminated = ({ state }: Observation): boolean => state.kind === 'terminated';
const hasSucceeded = ({ state }: Observation): boolean =>
  state.kind === 'terminated' && state.ending.exitCode === 0;
const isUntried = ({ state, last }: Observation): boolean => state.kind === 'waiting' && last === undefined;

const hasFailedForGood =
  (pod: ApiPod) =>
  ({ state, container }: Observation): boolean =>
    state.kind === 'terminated' &&
    state.ending.exitCode !== 0 &&
    pod.spec.restartPolicy === 'Never' &&
    !isSidecar(container);

/** Every init container has ended well, and every native sidecar is started. */
export function isInitialized(init: readonly Observation[]): boolean {
  return init.every((observation) =>
    isSidecar(observation.container) ? observation.started : hasSucceeded(observation),
  );
}

function conditionsOf({ pod, init, containers, problem, now }: PodObservation): readonly PodCondition[] {
  const sidecars = init.filter(({ container }) => isSidecar(container));
  const initialized = isInitialized(init);
  const ready = initialized && [...sidecars, ...containers].every((observation) => observation.ready);
  const before = new Map((pod.status?.conditions ?? []).map((condition) => [condition.type, condition]));
  const condition = (type: string, holds: boolean): PodCondition => {
    const status = holds ? 'True' : 'False';
    const previous = before.get(type);
    const since = previous?.status === status ? previous.lastTransitionTime : undefined;
    return { type, status, lastTransitionTime: since ?? now };
  };
  return [
    {
      ...condition('PodReadyToStartContainers', problem === undefined),
      // Not left out: a merge would keep the old one.
      message: problem ?? null,
    },
    condition('Initialized', initialized),
    condition('ContainersReady', ready),
    condition('Ready', ready),
  ];
}

function containerStatus({ container, state, last, restarts, started, ready }: Observation): object {
  const { name, image } = container;
  return {
    ...{ name, image, started, ready },
    imageID: '',
    restartCount: restarts,
    state: stateOf(state),
    lastState: last === undefined ? {} : { terminated: terminated(last) },
  };
}

function stateOf(state: ContainerState): object {
  switch (state.kind) {
    case 'waiting': {
      const { reason, message } = state;
      return { waiting: { reason, ...(message === undefined ? {} : { message }) } };
    }
    case 'running':
      return { running: { startedAt: state.startedAt } };
    case 'terminated':
      return { terminated: terminated(state.ending) };
  }
}

function terminated({ exitCode, signal, startedAt, finishedAt }: Ending): object {
  return {
    ...{ exitCode, startedAt, finishedAt },
    ...(signal === undefined ? {} : { signal }),
    reason: exitCode === 0 ? 'Completed' : 'Error',
  };
}
