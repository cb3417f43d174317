import type { RunContainerStatus, RunPod } from './objects/run-pod';

type PodStatus = NonNullable<RunPod['status']>;

/** How far a pod is. */
export type PodStart =
  | { readonly kind: 'running' }
  /** `why` for people: `image is being pulled`. */
  | { readonly kind: 'waiting'; readonly why: string }
  /** It has run, and ended well: as a worker does that was let go. */
  | { readonly kind: 'ended'; readonly why: string }
  /** It will not run, whatever is waited for. */
  | { readonly kind: 'failed'; readonly why: string };

/** What no waiting mends: the kubelet does not try again with another outcome. */
const hopeless = new Set(['ErrImageNeverPull', 'InvalidImageName']);

/** Whether a pod runs, or what it waits for. Running is enough: a worker's agent may be slower to be ready. */
export function podStart({ status = {} }: RunPod): PodStart {
  const { phase = 'Pending' } = status;
  const containers = containersOf(status);
  if (phase === 'Succeeded') return { kind: 'ended', why: ending(status, containers) };
  if (phase === 'Failed') return { kind: 'failed', why: ending(status, containers) };
  const [worst] = containers.filter(({ state }) => state?.waiting !== undefined).toSorted(hopelessFirst);
  if (worst !== undefined) return { kind: isHopeless(worst) ? 'failed' : 'waiting', why: waitingFor(worst) };
  return phase === 'Running' ? { kind: 'running' } : { kind: 'waiting', why: unplaced(status) ?? phase };
}

/** Whether it runs, or may still. */
export const isThere = (start: PodStart): start is Extract<PodStart, { kind: 'running' | 'waiting' }> =>
  start.kind === 'running' || start.kind === 'waiting';

const containersOf = (status: PodStatus): readonly RunContainerStatus[] => [
  ...(status.initContainerStatuses ?? []),
  ...(status.containerStatuses ?? []),
];

const hopelessFirst = (one: RunContainerStatus, other: RunContainerStatus): number =>
  Number(isHopeless(other)) - Number(isHopeless(one));

const isHopeless = ({ state }: RunContainerStatus): boolean => hopeless.has(state?.waiting?.reason ?? '');

/** Of a container that has ended badly its exit status says more than the pod's phase. */
function ending(status: PodStatus, containers: readonly RunContainerStatus[]): string {
  const ended = containers.flatMap(({ name, state }) => {
    const { exitCode = 0, reason = 'Error' } = state?.terminated ?? {};
    return exitCode === 0 ? [] : [`${name}: ${reason}, exit status ${exitCode}`];
  });
  return [told(status.reason ?? `it has ended: ${status.phase ?? ''}`, status.message), ...ended].join(': ');
}

/** What the scheduler says of it. */
function unplaced(status: PodStatus): string | undefined {
  const found = status.conditions?.find(({ type, status: is }) => type === 'PodScheduled' && is === 'False');
  return found && told(found.reason ?? 'not scheduled', found.message);
}

function waitingFor({ name, state }: RunContainerStatus): string {
  const { reason = 'waiting', message } = state?.waiting ?? {};
  return `${name}: ${told(reason, message)}`;
}

const told = (reason: string, message: string | undefined): string =>
  message === undefined || message === '' ? reason : `${reason}: ${message}`;
