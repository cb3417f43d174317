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
  return withSelector(withAllNamespaces(withNamespaceFlags(command)))
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
  const given = command.options.find(
    (option) =>
      options.includes(option.attributeName()) &&
      command.getOptionValueSource(option.attributeName()) === 'cli',
  );
  if (given === undefined) return;
  throw cliErrors.error(
    'usage',
    `${given.long ?? given.flags} is for objects of a cluster, not for --agent`,
    {
      hint: 'Leave out one or the other.',
    },
  );
}

function oneMoreAgent(text: string, before: readonly AgentAddress[] = []): readonly AgentAddress[] {
  return [...before, parseAgentAddress(text)];
}
