import type { Command } from 'commander';
import { cliErrors } from '../frame/cli-errors';
import { withAllNamespaces, withNamespaceFlags, withSelector, type ScopeFlags } from '../frame/global-flags';
import { parseAgentAddress, type AgentAddress } from './agent-address';

/** Which agents a command speaks to, and as whom. */
export interface AgentFlags extends ScopeFlags {
  readonly agent?: readonly AgentAddress[];
  readonly token?: string;
}

/** `--agent`, `--token`, and the flags that name pods of a cluster. */
export function withAgentFlags(command: Command): Command {
  return withStraightFlags(withSelector(withAllNamespaces(withNamespaceFlags(command)), 'pods'));
}

/** `--agent` and `--token`, for a command that without them is for a cluster's objects, and not for agents of its pods. */
export function withStraightFlags(command: Command): Command {
  return command
    .option(
      '--agent <host[:port]>',
      'an agent to speak to straight, without a cluster; may be given several times',
      oneMoreAgent,
    )
    .option('--token <jwt>', 'for agents that want one; default: signed with the key in podlag’s namespace');
}

/**
 * For a command that does less at agents than at a cluster's objects.
 *
 * @param options by the names that their values have, as `dryRun`
 * @throws PodlagError `usage` when one of them was typed beside --agent
 */
export function refuseWithAgent(command: Command, options: readonly string[]): void {
  const given = typedOption(command, options);
  if (given === undefined) return;
  throw cliErrors.error('usage', `${given} is for objects of a cluster, not for --agent`, {
    hint: 'Leave out one or the other.',
  });
}

/** For a cluster's objects. @throws PodlagError `usage` when --token was typed without --agent */
export function refuseWithoutAgent(command: Command): void {
  const given = typedOption(command, ['token']);
  if (given === undefined) return;
  throw cliErrors.error(
    'usage',
    `${given} goes with --agent: no agent is spoken to for objects of a cluster`,
    {
      hint: `Leave out ${given}, or name the agents with --agent.`,
    },
  );
}

function typedOption(command: Command, names: readonly string[]): string | undefined {
  const typed = command.options.find(
    (option) =>
      names.includes(option.attributeName()) &&
      command.getOptionValueSource(option.attributeName()) === 'cli',
  );
  return typed?.long ?? typed?.flags;
}

function oneMoreAgent(text: string, before: readonly AgentAddress[] = []): readonly AgentAddress[] {
  return [...before, parseAgentAddress(text)];
}
