import type { BedProcess } from '../bed-file';
import type { ApiContainer } from './pod-object';
import type { Observation } from './pod-status';

/** A container of a pod, run or only said to run. */
export interface PodContainer {
  readonly observation: Observation;
  /** Undefined for one that is only said to run. */
  readonly process: BedProcess | undefined;
  start(): void;
  /** Answers when it is started for the first time (its startup probe has passed), or when it will not run any more. */
  readonly started: Promise<void>;
  /** Answers when it has ended and will not be started again. */
  readonly finished: Promise<void>;
  /** SIGTERM, SIGKILL after the grace; it does not come back. */
  terminate(graceMs: number): Promise<void>;
}

/** A container of an image that the bed has no program for: it runs and is ready, or has done its work, as soon as it is started. */
export function pretendedContainer(
  container: ApiContainer,
  endsByItself: boolean,
  changed: () => void,
): PodContainer {
  const waiting: Observation = {
    container,
    state: { kind: 'waiting', reason: 'PodInitializing' },
    last: undefined,
    restarts: 0,
    started: false,
    ready: false,
  };
  let observation = waiting;
  let tellFinished: () => void;
  const finished = new Promise<void>((resolve) => (tellFinished = resolve));
  const end = (exitCode: number): void => {
    const at = now();
    const state = { kind: 'terminated', ending: { exitCode, startedAt: at, finishedAt: at } } as const;
    observation = { ...observation, state, started: false, ready: false };
    tellFinished();
    changed();
  };
  return {
    get observation() {
      return observation;
    },
    process: undefined,
    start() {
      if (endsByItself) {
        end(0);
        return;
      }
      observation = { ...waiting, state: { kind: 'running', startedAt: now() }, started: true, ready: true };
      changed();
    },
    started: Promise.resolve(),
    finished,
    terminate() {
      if (observation.state.kind === 'running') end(0);
      return Promise.resolve();
    },
  };
}

/** RFC 3339 without fractions, as metav1.Time is. */
export function now(): string {
  return new Date().toISOString().replace(/\.\d+Z$/, 'Z');
}
