import { scenarios, type Scenario } from '@podlag/api';
import type { KubeApi } from '@podlag/kube';
import { cliErrors } from '../frame/cli-errors';
import type { CommandContext } from '../frame/command-context';
import { sendObjects } from '../objects/apply-objects';
import { statusOf } from '../objects/object-kinds';
import type { ReadObject } from '../objects/read-objects';
import { lastPhases } from './follow-scenario';

/**
 * Sees to it that a scenario that is applied also runs: one of its name that is over would stay over, since a Scenario runs
 * once. With `again` the one that is there is deleted, after the API server has said that it takes what is to come; one that still goes on is otherwise followed where it is.
 *
 * @throws PodlagError `already-over`; what the API server says against the objects of the file, and nothing is deleted then
 */
export async function makeWay(
  context: CommandContext,
  api: KubeApi,
  { scenario, others }: { readonly scenario: ReadObject; readonly others: readonly ReadObject[] },
  { again }: { readonly again?: true },
): Promise<void> {
  const { ref } = scenario;
  const there = await api.get(scenarios, ref);
  if (there === undefined) return;
  const state = stateOf(there);
  if (again === true) {
    const objects = [...others, underAnotherName(scenario)];
    await sendObjects(api, objects, { dryRun: true });
    await api.delete(scenarios, ref);
    context.stderr(`${ref.name} was ${state}, and is deleted to run again\n`);
    return;
  }
  if (lastPhases.includes(state)) {
    throw cliErrors.error('already-over', `${scenarios.kind} ${ref.name} of ${ref.namespace} is ${state}`, {
      hint: 'Run it with --again, which deletes it and makes it anew; or give the one in the file another name.',
    });
  }
  const resume = `${context.name} scenario resume ${ref.name} -n ${ref.namespace}`;
  context.stderr(`${ref.name} is there already, and ${state}${state === 'Paused' ? `: ${resume}` : ''}\n`);
}

/** As a new object: under its own name it would be judged as a change of the one that is to go. */
function underAnotherName(read: ReadObject): ReadObject {
  const name = 'podlag-dry-run';
  const { object, ref } = read;
  return { ...read, object: { ...object, metadata: { ...object.metadata, name } }, ref: { ...ref, name } };
}

/** As the controller saw it last, or as it will when it has seen what is asked for. */
function stateOf(scenario: Scenario): string {
  const { phase } = statusOf(scenario);
  const { state = 'Running' } = scenario.spec;
  return lastPhases.includes(phase) || state === 'Running' ? phase : state;
}
