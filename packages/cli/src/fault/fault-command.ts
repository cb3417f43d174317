import { Command } from 'commander';
import type { AgentFlags } from '../agents/agent-flags';
import { refuseWithAgent, refuseWithoutAgent, withStraightFlags } from '../agents/agent-flags';
import type { CommandContext } from '../frame/command-context';
import { cliErrors } from '../frame/cli-errors';
import { examples } from '../frame/examples';
import { withNamespaceFlags, withOutput, type OutputFlags } from '../frame/global-flags';
import { applyCommand, applyFile, type ApplyCommandFlags } from '../objects/apply-command';
import { deleteObjects } from '../objects/delete-command';
import { objectKinds } from '../objects/object-kinds';
import { listCommand, printObjects } from '../objects/list-command';
import { deleteAtAgents, listAtAgents, putAtAgents } from './agent-faults';

type Flags = AgentFlags & OutputFlags;

/** `podlag fault`: NetworkFault objects, or with --agent the faults of agents themselves. */
export function faultCommand(context: CommandContext): Command {
  return new Command('fault')
    .description(
      'Faults between pods, as NetworkFault objects; with --agent straight at agents, as fault documents.',
    )
    .addCommand(apply(context))
    .addCommand(list(context))
    .addCommand(remove(context));
}

function apply(context: CommandContext): Command {
  const command = applyCommand('Apply NetworkFaults, and wait until every agent has them in force.');
  return withStraightFlags(withNamespaceFlags(command))
    .addHelpText(
      'after',
      examples(context, ['fault apply -f slow-pd.yaml', 'fault apply -f fault.json --agent 10.244.1.7']),
    )
    .action((flags: Flags & ApplyCommandFlags) => {
      if (flags.agent === undefined) {
        refuseWithoutAgent(command);
        return applyFile(context, [objectKinds.NetworkFault], flags);
      }
      refuseWithAgent(command, ['output', 'wait', 'timeout']);
      return putAtAgents(context, flags);
    });
}

function list(context: CommandContext): Command {
  const command = listCommand('List NetworkFaults, or with --agent the faults that calls have set there.');
  return withStraightFlags(command)
    .addHelpText('after', examples(context, ['fault list -A', 'fault list --agent 10.244.1.7 -o json']))
    .action((flags: Flags) => {
      if (flags.agent !== undefined) return listAtAgents(context, flags);
      refuseWithoutAgent(command);
      return printObjects(context, objectKinds.NetworkFault, flags);
    });
}

function remove(context: CommandContext): Command {
  const command = withNamespaceFlags(new Command('delete'));
  return withOutput(withStraightFlags(command), ['json', 'yaml', 'name'])
    .description('Delete NetworkFaults, or with --agent faults that calls have set there.')
    .argument('[name...]', 'as of list')
    .option('--all', 'with --agent: all that calls have set')
    .addHelpText(
      'after',
      examples(context, ['fault delete slow-pd', 'fault delete --all --agent 10.244.1.7']),
    )
    .action((names: readonly string[], flags: Flags & { readonly all?: true }) => {
      assertNamed(names, flags);
      if (flags.agent === undefined) {
        refuseWithoutAgent(command);
        return deleteObjects(context, objectKinds.NetworkFault, names, flags);
      }
      refuseWithAgent(command, ['output']);
      return deleteAtAgents(context, flags, names);
    });
}

function assertNamed(names: readonly string[], { all, agent }: Flags & { readonly all?: true }): void {
  if (all === true && agent === undefined) {
    throw cliErrors.error('usage', '--all goes with --agent', { hint: 'Name the objects to delete.' });
  }
  if (names.length > 0 === (all === true)) {
    const hint =
      agent === undefined ? 'Name the faults to delete.' : 'Name the faults to delete, or give --all.';
    throw cliErrors.error('usage', names.length > 0 ? 'names and --all are given' : 'no name is given', {
      hint,
    });
  }
}
