import type { ScenarioState } from '@podlag/api';
import { isPodlagError } from '@podlag/core';
import { Command } from 'commander';
import {
  refuseWithAgent,
  refuseWithoutAgent,
  withStraightFlags,
  type AgentFlags,
} from '../agents/agent-flags';
import { cliErrors } from '../frame/cli-errors';
import type { CommandContext } from '../frame/command-context';
import { examples } from '../frame/examples';
import { withNamespaceFlags, withOutput, type OutputFlags } from '../frame/global-flags';
import { deleteCommand, deleteObjects, type DeleteFlags } from '../objects/delete-command';
import { listCommand, printObjects, type ListFlags } from '../objects/list-command';
import { objectKinds } from '../objects/object-kinds';
import { printApplied } from '../objects/print-applied';
import { abortAtAgents } from './abort-at-agents';
import { runCommand } from './run-command';
import { setScenarioState } from './scenario-state';

type Flags = AgentFlags & OutputFlags;

/** `podlag scenario`: faults on a timeline. */
export function scenarioCommand(context: CommandContext): Command {
  const kind = objectKinds.Scenario;
  return new Command('scenario')
    .description('Timelines of faults, as Scenario objects (scn); timed by the agents themselves.')
    .addCommand(runCommand(context))
    .addCommand(
      listCommand('List Scenarios, as "kubectl get scn" does.').action((flags: ListFlags) =>
        printObjects(context, kind, flags),
      ),
    )
    .addCommand(stateCommand(context, 'pause', 'Paused', 'Stop a Scenario where it is; its faults go.'))
    .addCommand(stateCommand(context, 'resume', 'Running', 'Let a Scenario go on where it was paused.'))
    .addCommand(
      stateCommand(context, 'abort', 'Aborted', 'End a Scenario for good; its faults go.').addHelpText(
        'after',
        examples(context, ['scenario abort flaky-wan']),
      ),
    )
    .addCommand(
      deleteCommand('Delete Scenarios; what they put in force goes.').action(
        (names: readonly string[], flags: DeleteFlags) => deleteObjects(context, kind, names, flags),
      ),
    );
}

function stateCommand(
  context: CommandContext,
  verb: string,
  state: ScenarioState,
  description: string,
): Command {
  return withOutput(withStraightFlags(withNamespaceFlags(new Command(verb))), ['json', 'yaml', 'name'])
    .description(description)
    .argument('<name>', 'of the Scenario')
    .action((name: string, flags: Flags, command: Command) => {
      if (flags.agent === undefined) {
        refuseWithoutAgent(command);
        return change(context, name, state, flags);
      }
      refuseWithAgent(command, ['output']);
      return changeAtAgents(context, name, state, flags);
    });
}

async function change(
  context: CommandContext,
  given: string,
  state: ScenarioState,
  flags: Flags,
): Promise<void> {
  const { api, namespace: own } = await context.connect(flags);
  const namespace = flags.namespace ?? own;
  const name = given.replace(/^[^/]*\//, '');
  try {
    await setScenarioState(api, { namespace, name }, state);
  } catch (error) {
    if (!isPodlagError(error, 'kube-not-found')) throw error;
    throw cliErrors.error('no-such-object', `no Scenario ${name} in ${namespace}`, { cause: error });
  }
  printApplied(context, flags.output, {
    result: 'changed',
    objects: [{ kind: 'Scenario', namespace, name }],
  });
}

async function changeAtAgents(
  context: CommandContext,
  name: string,
  state: ScenarioState,
  flags: Flags,
): Promise<void> {
  if (state !== 'Aborted') {
    throw cliErrors.error('usage', 'with --agent a scenario can be aborted, not paused', {
      hint: 'The controller of a cluster pauses and resumes; without one abort it, and run it again.',
    });
  }
  await abortAtAgents(context, name, flags);
  context.stdout(`${name} aborted at ${flags.agent?.length ?? 0} agents\n`);
}
