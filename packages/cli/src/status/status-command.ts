import { isPodlagError, textTable } from '@podlag/core';
import { Command } from 'commander';
import { withAgentFlags, type AgentFlags } from '../agents/agent-flags';
import { reachAgents, type ReachedAgent } from '../agents/agents';
import { answersOf, askEach, assertAllAnswered } from '../agents/each-agent';
import type { CommandContext } from '../frame/command-context';
import { examples } from '../frame/examples';
import { withOutput, type OutputFlags } from '../frame/global-flags';
import { objectKinds } from '../objects/object-kinds';
import { listedObject, listObjects, objectColumns, wideObjectColumns } from '../objects/object-list';
import type { ListedObject } from '../output/object-list-output';
import { print } from '../output/print';
import type { AgentStatus } from '../output/status-output';
import { seeAgent } from './agent-status';
import { agentColumns, agentRows, wideAgentColumns } from './status-table';

type Flags = AgentFlags & OutputFlags;

/** `podlag status`: what is in force, where, from whom; and how the objects do. */
export function statusCommand(context: CommandContext): Command {
  return withOutput(withAgentFlags(new Command('status')))
    .description('Show each agent with the faults that it holds, and the objects with their phases.')
    .argument('[pod...]', 'default: each pod with an agent')
    .addHelpText('after', examples(context, ['status -n tidb-cluster', 'status --agent 10.244.1.7 -o json']))
    .action((pods: readonly string[], flags: Flags) => status(context, pods, flags));
}

async function status(context: CommandContext, pods: readonly string[], flags: Flags): Promise<void> {
  const reached = await reachAgents(context, flags, pods).catch((error: unknown) => noAgents(context, error));
  const outcomes = await askEach(reached, ({ client }) => seeAgent(client));
  const agents = answersOf(context, outcomes).map(({ agent, answer }): AgentStatus => ({
    agent: agent.name,
    ...(agent.namespace === undefined ? {} : { namespace: agent.namespace }),
    ...answer,
    faults: [...answer.faults],
  }));
  const objects = flags.agent === undefined ? await objectsOf(context, flags) : [];
  if (flags.output === undefined || flags.output === 'table' || flags.output === 'wide') {
    context.stdout(tables(context, { agents, objects }, flags));
  } else {
    const rows = agents.map(({ agent }) => ({ agent }));
    const name = ({ agent }: { readonly agent: string }): string => `pod/${agent}`;
    print(context, flags.output, { document: { agents, objects }, rows, columns: [], name });
  }
  assertAllAnswered(outcomes);
}

/** No reason to say nothing of the objects. */
function noAgents({ stderr }: CommandContext, error: unknown): readonly ReachedAgent[] {
  if (!isPodlagError(error, 'no-agents')) throw error;
  stderr(`${error.toText()}\n`);
  return [];
}

async function objectsOf(context: CommandContext, flags: Flags): Promise<readonly ListedObject[]> {
  const { api, namespace: own } = await context.connect(flags);
  const namespace = flags.allNamespaces === true ? undefined : (flags.namespace ?? own);
  try {
    const lists = await Promise.all(
      Object.values(objectKinds).map(async (kind) =>
        (await listObjects(api, kind, namespace)).map((object) => listedObject(kind, object)),
      ),
    );
    return lists.flat();
  } catch (error) {
    if (!isPodlagError(error, 'kube-not-found')) throw error;
    context.stderr('podlag’s custom resources are not installed here: no objects to show.\n');
    return [];
  }
}

interface Seen {
  readonly agents: readonly AgentStatus[];
  readonly objects: readonly ListedObject[];
}

function tables({ clock }: CommandContext, { agents, objects }: Seen, flags: Flags): string {
  const wide = flags.output === 'wide';
  const spread = flags.allNamespaces === true;
  const kind = { heading: 'KIND', text: (one: ListedObject) => one.kind };
  const now = clock.now();
  const agentTable = textTable(
    [...agentColumns(now, spread), ...(wide ? wideAgentColumns : [])],
    agentRows(agents),
  );
  const objectTable = textTable(
    [kind, ...objectColumns(now, spread), ...(wide ? wideObjectColumns : [])],
    objects,
  );
  return [...(agents.length > 0 ? [agentTable] : []), ...(objects.length > 0 ? [objectTable] : [])].join(
    '\n',
  );
}
