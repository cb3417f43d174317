import { printAgentAddress } from '../agents/agent-address';
import type { AgentFlags } from '../agents/agent-flags';
import { reachAgents } from '../agents/agents';
import { answersOf, askEach, assertAllAnswered } from '../agents/each-agent';
import type { CommandContext } from '../frame/command-context';
import { planNameOf } from './compiled-plan';

/** Takes a scenario's plan away from each agent. Fine where there is none. */
export async function abortAtAgents(context: CommandContext, name: string, flags: AgentFlags): Promise<void> {
  const outcomes = await askEach(await reachAgents(context, flags), ({ client }) =>
    client.deletePlan(planNameOf(name)),
  );
  answersOf(context, outcomes);
  assertAllAnswered(outcomes);
}

/** What to type, so that agents do not go on with it. */
export function abortHint(
  { name: program }: CommandContext,
  scenario: string,
  { agent = [] }: AgentFlags,
): string {
  const agents = agent.map((address) => ` --agent ${printAgentAddress(address)}`).join('');
  return `Abort it: ${program} scenario abort ${scenario}${agents}`;
}
