import type { ParsedScenario } from '@podlag/api';
import type { PlanStatus } from '@podlag/client';
import { planDocument, type Plan } from '@podlag/core';
import type { AgentFlags } from '../agents/agent-flags';
import { reachAgents } from '../agents/agents';
import { answersOf, askEach } from '../agents/each-agent';
import { cliErrors } from '../frame/cli-errors';
import type { CommandContext } from '../frame/command-context';
import { abortHint } from './abort-at-agents';
import { clocksOfAgents } from './agent-clocks';
import { compiledPlan, planNameOf } from './compiled-plan';

/** So far ahead is the start, in milliseconds: until then each agent has its plan, and all begin together. */
const leadMs = 1_000;

/** A scenario that all agents have. */
export interface Given {
  readonly plan: Plan;
  /** When it begins by our clock, in milliseconds since the epoch. */
  readonly start: number;
}

/**
 * Gives all of a scenario to each agent, with the start in the agent's own time.
 *
 * @throws PodlagError `bad-file` for what needs a cluster; `some-failed` unless all of them take all of it: none has it then
 */
export async function giveToAgents(
  context: CommandContext,
  scenario: ParsedScenario,
  flags: AgentFlags,
): Promise<Given> {
  const { clock } = context;
  const generation = clock.now();
  const planFrom = (start: number): Plan => compiledPlan(scenario, start, generation);
  const clocks = await clocksOfAgents(context, planFrom(generation), flags);
  const measured = answersOf(context, clocks);
  const unmeasured = clocks.length - measured.length;
  await assertTaken(context, scenario, flags, { ...nothingAgainst, unheard: unmeasured });
  const shifts = new Map(measured.map(({ agent, answer }) => [agent.name, answer.shiftMs]));
  const start = clock.now() + leadMs;
  const plan = planFrom(start);
  const outcomes = await askEach(await reachAgents(context, flags), ({ name, client }) =>
    client.putPlan(plan.name, planDocument(planFrom(start + (shifts.get(name) ?? 0)))),
  );
  const answers = answersOf(context, outcomes);
  await assertTaken(context, scenario, flags, {
    unheard: outcomes.length - answers.length,
    refused: answers.flatMap(({ agent, answer }) => tellRefused(context, agent.name, answer)).length,
    over: answers.flatMap(({ agent, answer }) => tellOver(context, agent.name, answer)).length,
    holders: answers.map(({ agent }) => agent.name),
  });
  return { plan, start };
}

/** What speaks against running a scenario, of all agents together. */
interface Against {
  /** How many agents did not take it. */
  readonly unheard: number;
  /** How many steps are refused, and how many are over at once. */
  readonly refused: number;
  readonly over: number;
  /** Agents that have taken it. */
  readonly holders: readonly string[];
}

const nothingAgainst: Against = { unheard: 0, refused: 0, over: 0, holders: [] };

/** @throws PodlagError `some-failed` where something speaks against it; it has been taken back then */
async function assertTaken(
  context: CommandContext,
  scenario: ParsedScenario,
  flags: AgentFlags,
  { unheard, refused, over, holders }: Against,
): Promise<void> {
  const why = [
    ...(unheard > 0 ? [`${unheard} of ${flags.agent?.length ?? 0} agents did not take it`] : []),
    ...(refused > 0 ? [`${refused} steps are refused`] : []),
    ...(over > 0 ? [`${over} steps are over at once`] : []),
  ];
  if (why.length === 0) return;
  await takeBack(context, scenario, flags, holders);
  throw cliErrors.error('some-failed', `${why.join(', ')}: it is not run`);
}

/** A scenario runs at all agents or at none: those that took it have nothing of it left, or it is told who has. */
async function takeBack(
  context: CommandContext,
  { name }: ParsedScenario,
  flags: AgentFlags,
  holders: readonly string[],
): Promise<void> {
  const outcomes = await askEach(await reachAgents(context, flags), ({ client }) =>
    client.deletePlan(planNameOf(name)),
  );
  for (const { agent, kind } of outcomes) {
    if (kind === 'answered' || !holders.includes(agent.name)) continue;
    context.stderr(`${agent.name} has taken it, and does not answer now: it may run there.\n`);
    context.stderr(`${abortHint(context, name, flags)}\n`);
  }
}

function tellRefused({ stderr }: CommandContext, agent: string, { faults }: PlanStatus): readonly string[] {
  const refused = faults.filter(({ state }) => state === 'refused');
  for (const { name, detail = 'refused', hint } of refused) {
    stderr(`${agent}: ${name}: ${detail}\n${hint === undefined ? '' : `  hint: ${hint}\n`}`);
  }
  return refused.map(({ name }) => name);
}

/** Each step is to come, so that one of which nothing will come is not in its agent's hours. */
function tellOver({ stderr }: CommandContext, agent: string, { faults }: PlanStatus): readonly string[] {
  const over = faults.filter(({ state }) => state === 'ended').map(({ name }) => name);
  for (const name of over) {
    stderr(`${agent}: ${name}: its time is over by the agent's clock\n`);
    stderr(`  hint: The agent was late, or its clock was set meanwhile: run it again.\n`);
  }
  return over;
}
