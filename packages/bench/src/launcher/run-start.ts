import { isPodlagError, pause, type Clock } from '@podlag/core';
import { jobs, type Job, type KubeApi } from '@podlag/kube';
import { benchErrors } from '../bench-errors';
import type { LaunchProgress } from './launch-progress';
import { partLabel, runLabel } from './objects/run-labels';
import { runPods, type RunPod } from './objects/run-pod';
import { isThere, podStart, type PodStart } from './pod-start';
import { runObjectName } from './run-name';
import { StartDeadline } from './start-deadline';

/** Where a run is, and what looks at it. */
export interface RunWatch {
  readonly api: KubeApi;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly tell: (progress: LaunchProgress) => void;
  readonly namespace: string;
  readonly run: string;
}

/** How often pods are looked at, milliseconds. */
const everyMs = 1_000;

/** What is waited for. */
export interface AwaitedPods {
  /** How many of them, with the orchestrator's. */
  readonly count: number;
  /** For the orchestrator's; and once it runs, for those of the workers. */
  readonly withinMs: number;
  /** Whether the run does not wait for workers any more. Asked of an orchestrator that runs, by the name of its pod. */
  readonly hasBegun: (orchestrator: string) => Promise<boolean>;
}

/**
 * Waits until the orchestrator and every worker run, the run has begun without some of them, or the signal aborts, and tells
 * what keeps them. Gives the name of the orchestrator's pod, which is empty where there is none yet. An API server that is
 * away is waited for like a pod.
 *
 * @throws PodlagError `not-started`, with each pod that does not run and why
 */
export async function waitForPods(watch: RunWatch, awaited: AwaitedPods): Promise<string> {
  const { count, withinMs, hasBegun } = awaited;
  const { clock } = watch;
  const deadline = new StartDeadline(clock, withinMs);
  let look: Look = { starts: [], lines: [], known: [] };
  for (;;) {
    look = await lookAt(watch, count, look.known);
    const { starts, lines } = look;
    const orchestrator = starts.find(({ pod }) => isOrchestrator(pod));
    if (isRunning(orchestrator)) deadline.orchestratorRuns();
    if (lines.length === 0 || watch.signal.aborted || (await goesOn(orchestrator, hasBegun)))
      return orchestrator?.pod.metadata.name ?? '';
    if (starts.some(isHopeless)) throw notStarted(watch, lines);
    if (deadline.isOver) throw notStarted(watch, lines, deadline.waitedMs);
    watch.tell({ kind: 'waiting', lines });
    await pause(clock, everyMs, watch.signal);
  }
}

/** The pods as they are now; none where the API server is away. */
interface Look {
  readonly starts: readonly StartingPod[];
  /** What is waited for. */
  readonly lines: readonly string[];
  /** That of it which pods were waited for when they were last seen. */
  readonly known: readonly string[];
}

async function lookAt(watch: RunWatch, count: number, before: Look['known']): Promise<Look> {
  try {
    const starts = (await podsOf(watch)).map((pod) => ({ pod, start: podStart(pod) }));
    const lines = [...waitingLines(starts), ...(await missingLines(watch, count - starts.length))];
    return { starts, lines, known: lines };
  } catch (error) {
    if (!isPodlagError(error, 'kube-unavailable')) throw error;
    return { starts: [], lines: [...before, `the API server is away: ${error.detail}`], known: before };
  }
}

/** The orchestrator's pods as they are now: the Job makes another for one that is lost. */
export async function orchestratorPods(watch: RunWatch): Promise<readonly RunPod[]> {
  return (await podsOf(watch)).filter(isOrchestrator);
}

function podsOf({ api, namespace, run }: RunWatch): Promise<readonly RunPod[]> {
  return api.list(runPods, { namespace, labelSelector: `${runLabel}=${run}` });
}

const isOrchestrator = ({ metadata }: RunPod): boolean => metadata.labels?.[partLabel] === 'orchestrator';

interface StartingPod {
  readonly pod: RunPod;
  readonly start: PodStart;
}

/** What it has measured is worth more than to know why a worker did not come; which it tells too. */
async function goesOn(
  orchestrator: StartingPod | undefined,
  hasBegun: AwaitedPods['hasBegun'],
): Promise<boolean> {
  return isRunning(orchestrator) && hasBegun(orchestrator.pod.metadata.name);
}

const isRunning = (starting: StartingPod | undefined): starting is StartingPod =>
  starting?.start.kind === 'running';

/** A worker that has ended well was let go: then the run is over, and was not waited for in vain. */
const isHopeless = ({ pod, start }: StartingPod): boolean =>
  start.kind === 'failed' || (isOrchestrator(pod) && !isThere(start));

function waitingLines(starts: readonly StartingPod[]): readonly string[] {
  return starts.flatMap(({ pod, start }) =>
    start.kind === 'running' ? [] : [`pod ${pod.metadata.name}: ${start.why}`],
  );
}

/** A Job's controller is refused its pods in silence: by a quota, or a policy. */
async function missingLines({ api, namespace, run }: RunWatch, missing: number): Promise<readonly string[]> {
  if (missing <= 0) return [];
  const job = await jobNow(api, { namespace, name: runObjectName(run) });
  const over = job?.status?.conditions?.find(({ type, status }) => type === 'Failed' && status === 'True');
  const because = over === undefined ? '' : `; the Job has failed: ${over.message ?? over.reason ?? ''}`;
  return [`${missing} ${missing === 1 ? 'pod is' : 'pods are'} not made yet${because}`];
}

async function jobNow(
  api: KubeApi,
  ref: { readonly namespace: string; readonly name: string },
): Promise<Job | undefined> {
  try {
    return await api.get(jobs, ref);
  } catch (error) {
    if (isPodlagError(error, 'kube-unavailable')) return undefined;
    throw error;
  }
}

function notStarted({ namespace }: RunWatch, lines: readonly string[], withinMs?: number): Error {
  const within = withinMs === undefined ? '' : `not within ${Math.round(withinMs / 1000)} s: `;
  return benchErrors.error('not-started', `${within}${lines.join('; ')}`, {
    hint: `See: kubectl describe pods -n ${namespace}; kubectl get events -n ${namespace}`,
  });
}
