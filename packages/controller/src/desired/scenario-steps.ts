import {
  plannedName,
  type ParsedFaultSpec,
  type ParsedLatencyMatrix,
  type ParsedScenario,
  type ParsedStep,
  type PlannedSide,
} from '@podlag/api';
import { Draft } from './draft';
import { chosenPods, planFault } from './fault-paths';
import { planMatrix, regionPods } from './matrix-rows';
import type { Hours } from './mould';
import { objectKey } from './object-key';
import type { Outcome } from './outcome';
import { noSuchTemplate } from './template-book';
import { hoursOf, lengthOf } from './timeline';
import type { Work } from './work';
import type { WorldPod } from './world';

/** What becomes of a Scenario: its whole timeline at once, for the agents to keep by themselves. */
export function outcomeOfScenario(scenario: ParsedScenario, work: Work): Outcome {
  const draft = new Draft(work.plans);
  const stage = stageOf(scenario, work);
  const task = { scenario, draft, work };
  const pods = scenario.steps.flatMap((step) =>
    planStep({
      ...task,
      step,
      hours: stage.kind === 'running' ? hoursOf(step, scenario, stage.start) : undefined,
    }),
  );
  if (stage.kind === 'waiting') draft.waitFor(stage.for);
  return draft.outcome(pods, stage.ends);
}

type Stage =
  | { readonly kind: 'running'; readonly start: number; readonly ends?: number | undefined }
  | { readonly kind: 'waiting'; readonly for: string; readonly ends?: undefined }
  | { readonly kind: 'over'; readonly ends?: number };

function stageOf(scenario: ParsedScenario, { scene, now }: Work): Stage {
  if (scenario.state === 'Aborted') return { kind: 'over' };
  const isPaused = scenario.state === 'Paused';
  const started = scene.world.started.get(objectKey('scenario', scenario));
  // One that was paused goes on from a new start, and until that is written by none.
  if (started === undefined || started.position !== undefined)
    return { kind: 'waiting', for: isPaused ? 'resume' : 'start' };
  const { startTime: start } = started;
  const length = lengthOf(scenario);
  const ends = length && start + Math.ceil(length.milliseconds);
  if (ends !== undefined && now >= ends) return { kind: 'over', ends };
  return isPaused ? { kind: 'waiting', for: 'resume' } : { kind: 'running', start, ends };
}

interface StepTask {
  readonly scenario: ParsedScenario;
  readonly step: ParsedStep;
  /** Undefined: nothing of it is planned. */
  readonly hours: Hours | undefined;
  readonly draft: Draft;
  readonly work: Work;
}

/** Plans a step, when it has hours. The pods that it selects, also when it has none. */
function planStep(task: StepTask): readonly WorldPod[] {
  const { scenario, step, draft, work } = task;
  const { what } = step;
  const { namespace, uid } = scenario;
  if (what.kind === 'fault') return planStepFault(what.fault, uid, task);
  if (what.kind === 'networkFault') {
    const template = work.templates.networkFault(namespace, what.name);
    if (template) return planStepFault(template.fault, template.uid, task);
    draft.problem(noSuchTemplate('networkfault', { namespace, name: what.name }, step.name));
    return [];
  }
  const template = work.templates.latencyMatrix(namespace, what.name);
  if (template) return planStepMatrix(template, task);
  draft.problem(noSuchTemplate('latencymatrix', { namespace, name: what.name }, step.name));
  return [];
}

/** @param uid of the object that the fault is written in, so that a template picks the same pods in each step */
function planStepFault(fault: ParsedFaultSpec, uid: string, task: StepTask): readonly WorldPod[] {
  const { scenario, step, hours, draft, work } = task;
  const { namespace, name } = scenario;
  const pods = chosenPods(fault, { namespace, uid }, work.scene.roster, draft);
  if (hours === undefined) return pods;
  const owner = {
    ...hours,
    namespace,
    uid,
    nameOf: (side: PlannedSide) => plannedName('scenario', [name, step.name], side),
  };
  planFault(fault, owner, work.scene, { draft, pods });
  return pods;
}

function planStepMatrix(matrix: ParsedLatencyMatrix, task: StepTask): readonly WorldPod[] {
  const { scenario, step, hours, draft, work } = task;
  const regions = regionPods(matrix, work.scene, draft);
  if (hours) {
    const nameOf = (region: string, side: PlannedSide): string =>
      plannedName('scenario-matrix', [scenario.name, step.name, region], side);
    planMatrix(matrix, { ...hours, nameOf }, work.scene, { draft, regions });
  }
  return [...regions.values()].flat();
}
