import { ClockOffset, type AgentClient } from '@podlag/client';
import { planDocument, type Clock, type Plan } from '@podlag/core';
import type { AgentFlags } from '../agents/agent-flags';
import { reachAgents } from '../agents/agents';
import { askEach, type AgentOutcome } from '../agents/each-agent';
import type { CommandContext } from '../frame/command-context';

/** A start is told to an agent by a clock that is known to so many milliseconds, if as many questions can bring that about. */
const wantedUncertaintyMs = 5;
const mostQuestions = 3;

/**
 * How far the clock of each agent is from ours. Only the answer about a plan bears the agent's time: each is given the plan
 * without its faults, which does nothing, and holds back nothing that is sent after it.
 */
export async function clocksOfAgents(
  context: CommandContext,
  plan: Plan,
  flags: AgentFlags,
): Promise<readonly AgentOutcome<ClockOffset>[]> {
  const agents = await reachAgents(context, flags);
  return askEach(agents, ({ client }) => offsetOf(context.clock, client, { ...plan, faults: [] }));
}

async function offsetOf(clock: Clock, client: AgentClient, empty: Plan): Promise<ClockOffset> {
  const offset = new ClockOffset();
  for (let asked = 0; asked < mostQuestions; asked += 1) {
    const sentAt = clock.now();
    const { time } =
      asked === 0 ? await client.putPlan(empty.name, planDocument(empty)) : await client.plan(empty.name);
    offset.heard({ sentAt, receivedAt: clock.now(), agentTime: time });
    if ((offset.uncertaintyMs ?? Infinity) <= wantedUncertaintyMs) break;
  }
  return offset;
}
