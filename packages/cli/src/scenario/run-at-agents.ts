import type { ParsedScenario } from '@podlag/api';
import type { AgentFlags } from '../agents/agent-flags';
import type { CommandContext } from '../frame/command-context';
import { abortAtAgents, abortHint } from './abort-at-agents';
import { leaseOf } from './compiled-plan';
import { giveToAgents } from './give-to-agents';
import { renewAtAgents } from './renew-at-agents';
import { showProgress } from './show-progress';
import { timelineOf, type Timeline } from './timeline';

/** How a scenario is run by agents. */
export interface RunFlags extends AgentFlags {
  readonly abortOnExit?: true;
  /** Whether to look on until it is over. */
  readonly follow: boolean;
}

/**
 * Runs a scenario by agents alone: each gets all of it, and keeps its hours by itself.
 *
 * @throws PodlagError what `giveToAgents` throws; `some-failed` for agents from which it could not be taken at its end
 */
export async function runAtAgents(
  context: CommandContext,
  scenario: ParsedScenario,
  flags: RunFlags,
): Promise<void> {
  const { plan, start } = await giveToAgents(context, scenario, flags);
  if (!flags.follow) {
    tellGoesOn(context, scenario, flags);
    return;
  }
  const stopRenewing = renewAtAgents(context, plan, leaseOf(scenario), flags);
  const ending = await followByClock(context, timelineOf(scenario), start).finally(stopRenewing);
  await leave(context, scenario, flags, ending);
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
  flags: RunFlags,
  ending: 'finished' | 'interrupted',
): Promise<void> {
  if (ending === 'interrupted' && flags.abortOnExit !== true) {
    tellGoesOn(context, scenario, flags);
    return;
  }
  const { name } = scenario;
  // What has ended, and is still held, would only be in the way of who looks what the agents hold.
  await abortAtAgents(context, name, flags);
  if (ending === 'interrupted') context.stderr(`${name} is aborted.\n`);
}

function tellGoesOn(context: CommandContext, scenario: ParsedScenario, flags: AgentFlags): void {
  const { name } = scenario;
  const lease = leaseOf(scenario);
  const until = lease === undefined ? '' : `, for ${lease.toString()} at most`;
  context.stderr(`${name} goes on at the agents${until}. ${abortHint(context, name, flags)}\n`);
}
