import type { ParsedScenario } from '@podlag/api';
import type { PlanStatus } from '@podlag/client';
import { planDocument } from '@podlag/core';
import type { AgentFlags } from '../agents/agent-flags';
import { reachAgents } from '../agents/agents';
import { answersOf, askEach, assertAllAnswered } from '../agents/each-agent';
import { cliErrors } from '../frame/cli-errors';
import type { CommandContext } from '../frame/command-context';
import { printAgentAddress } from '../agents/agent-address';
import { compiledPlan, leaseOf, planNameOf } from './compiled-plan';
import { renewAtAgents } from './renew-at-agents';
import { showProgress } from './show-progress';
import { timelineOf, type Timeline } from './timeline';

/** So far ahead is the start, in milliseconds: until then each agent has its plan, and all begin together. */
const leadMs = 1_000;

/** Runs a scenario by agents alone: each gets all of it, and keeps its hours by itself. */
export async function runAtAgents(
  context: CommandContext,
  scenario: ParsedScenario,
  flags: AgentFlags & { readonly abortOnExit?: true },
): Promise<void> {
  const { clock } = context;
  const start = clock.now() + leadMs;
  const plan = compiledPlan(scenario, start, clock.now());
  const outcomes = await askEach(await reachAgents(context, flags), ({ client }) =>
    client.putPlan(plan.name, planDocument(plan)),
  );
  const answers = answersOf(context, outcomes);
  const refused = answers.flatMap(({ agent, answer }) => tellRefused(context, agent.name, answer));
  const failed = outcomes.length - answers.length;
  if (failed + refused.length > 0) {
    const holders = answers.map(({ agent }) => agent.name);
    await takeBack(context, scenario, flags, holders);
    throw cliErrors.error('some-failed', notTaken({ failed, refused, all: outcomes.length }));
  }
  const stopRenewing = renewAtAgents(context, plan, leaseOf(scenario), flags);
  const ending = await followByClock(context, timelineOf(scenario), start).finally(stopRenewing);
  await leave(context, scenario, flags, ending);
}

interface NotTaken {
  readonly failed: number;
  readonly refused: readonly string[];
  readonly all: number;
}

function notTaken({ failed, refused, all }: NotTaken): string {
  const why = [
    ...(failed > 0 ? [`${failed} of ${all} agents did not take it`] : []),
    ...(refused.length > 0 ? [`${refused.length} steps are refused`] : []),
  ];
  return `${why.join(', ')}: it is not run`;
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

/** Until its last step has ended, or the user has seen enough. */
function followByClock(
  context: CommandContext,
  timeline: Timeline,
  start: number,
): Promise<'finished' | 'interrupted'> {
  const { clock, interrupted } = context;
  const progress = showProgress(context, timeline);
  return new Promise((resolve) => {
    const callsOff: (() => void)[] = [];
    const finish = (ending: 'finished' | 'interrupted'): void => {
      for (const callOff of callsOff) callOff();
      if (ending === 'finished') progress.moved({ phase: 'Finished', elapsedMs: timeline.lengthMs });
      progress.close();
      resolve(ending);
    };
    const stop = (): void => finish('interrupted');
    callsOff.push(
      clock.after(Math.max(0, start - clock.now()), () => progress.moved({ phase: 'Running', elapsedMs: 0 })),
    );
    if (timeline.ends) {
      callsOff.push(clock.after(start - clock.now() + timeline.lengthMs, () => finish('finished')));
    }
    interrupted.addEventListener('abort', stop, { once: true });
    callsOff.push(() => interrupted.removeEventListener('abort', stop));
    if (interrupted.aborted) stop();
  });
}

async function leave(
  context: CommandContext,
  scenario: ParsedScenario,
  flags: AgentFlags & { readonly abortOnExit?: true },
  ending: 'finished' | 'interrupted',
): Promise<void> {
  const { name } = scenario;
  if (ending === 'interrupted' && flags.abortOnExit !== true) {
    const lease = leaseOf(scenario);
    const until = lease === undefined ? '' : `, for ${lease.toString()} at most`;
    context.stderr(`${name} goes on at the agents${until}. ${abortHint(context, name, flags)}\n`);
    return;
  }
  // What has ended, and is still held, would only be in the way of who looks what the agents hold.
  await abortAtAgents(context, name, flags);
  if (ending === 'interrupted') context.stderr(`${name} is aborted.\n`);
}

/** Takes a scenario's plan away from each agent. Fine where there is none. */
export async function abortAtAgents(context: CommandContext, name: string, flags: AgentFlags): Promise<void> {
  const outcomes = await askEach(await reachAgents(context, flags), ({ client }) =>
    client.deletePlan(planNameOf(name)),
  );
  answersOf(context, outcomes);
  assertAllAnswered(outcomes);
}

function abortHint({ name: program }: CommandContext, scenario: string, { agent = [] }: AgentFlags): string {
  const agents = agent.map((address) => ` --agent ${printAgentAddress(address)}`).join('');
  return `Abort it: ${program} scenario abort ${scenario}${agents}`;
}
