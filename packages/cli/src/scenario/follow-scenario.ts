import { scenarios } from '@podlag/api';
import { Duration } from '@podlag/core';
import type { KubeApi, KubeObject, ObjectRef } from '@podlag/kube';
import type { CommandContext } from '../frame/command-context';
import { isObserved, statusOf, type ObjectStatus } from '../objects/object-kinds';
import { waitForObject, type Waited } from '../objects/wait-for-object';
import type { Position } from './draw-timeline';
import { showProgress } from './show-progress';
import type { Timeline } from './timeline';

/** Phases after which nothing more comes. Failed is none: what stands in the way may be mended while it runs. */
export const lastPhases: readonly string[] = ['Finished', 'Aborted'];

/** How a Scenario has ended. */
export interface ScenarioEnd {
  readonly status: ObjectStatus;
  /** Why nothing of it was in force at its end; undefined where that is not so. */
  readonly problem: string | undefined;
}

/** Shows a Scenario of the cluster until it is over, or the user has seen enough. */
export async function followScenario(
  context: CommandContext,
  api: KubeApi,
  ref: ObjectRef,
  timeline: Timeline,
): Promise<Waited<ScenarioEnd>> {
  const progress = showProgress(context, timeline);
  let problem: string | undefined;
  const judge = (object: KubeObject): ScenarioEnd | undefined => {
    const status = statusOf(object);
    // One that nobody has looked at yet is Pending; what was said of an earlier spec is said no more.
    if (!isObserved(object) && status.observedGeneration !== undefined) return undefined;
    progress.moved(positionOf(status, context.clock.now()));
    if (lastPhases.includes(status.phase)) return { status, problem };
    problem = problemOf(status);
    return undefined;
  };
  try {
    const { clock, interrupted: signal } = context;
    const stderr = (text: string): void => progress.said(text);
    return await waitForObject(api, { resource: scenarios, ref }, judge, { clock, stderr, signal });
  } finally {
    progress.close();
  }
}

/** Where a Scenario is, by its status. Pure. @param now milliseconds since the epoch */
function positionOf(status: ObjectStatus, now: number): Position {
  const { phase } = status;
  const problem = problemOf(status);
  return { phase, elapsedMs: elapsedMs(status, now), ...(problem === undefined ? {} : { problem }) };
}

function elapsedMs({ phase, startTime, position }: ObjectStatus, now: number): number | undefined {
  if (position) return Duration.parse(position).milliseconds;
  if (!startTime || phase === 'Pending') return undefined;
  return Math.max(0, now - Date.parse(startTime));
}

/** Of one that is Failed. */
function problemOf({ phase, failures, conditions }: ObjectStatus): string | undefined {
  if (phase !== 'Failed') return undefined;
  const [first] = failures;
  if (first === undefined) {
    return conditions.find(({ status }) => status === 'False')?.message ?? 'see its conditions';
  }
  const hint = first.hint === undefined ? '' : `. ${first.hint}`;
  return `${first.pod}: ${first.detail}${hint}`;
}
