import { isPodlagError, type PodlagError } from '@podlag/core';
import { cliErrors } from '../frame/cli-errors';
import type { CommandContext } from '../frame/command-context';
import type { ReachedAgent } from './agents';
import { atMost } from './at-most';

/** Calls to agents at the same time: enough for a thousand pods in seconds, few enough for one API server. */
const atOnce = 32;

/** What one agent answered, or why not. */
export type AgentOutcome<T> =
  | { readonly agent: ReachedAgent; readonly kind: 'answered'; readonly answer: T }
  | { readonly agent: ReachedAgent; readonly kind: 'failed'; readonly error: PodlagError };

/** Asks all, some at the same time; the outcomes are in the order of the agents. What is no PodlagError is thrown. */
export async function askEach<T>(
  agents: readonly ReachedAgent[],
  ask: (agent: ReachedAgent) => Promise<T>,
): Promise<readonly AgentOutcome<T>[]> {
  try {
    return await atMost(atOnce, agents, (agent) => outcomeOf(agent, ask));
  } finally {
    for (const { close } of agents) close();
  }
}

async function outcomeOf<T>(
  agent: ReachedAgent,
  ask: (agent: ReachedAgent) => Promise<T>,
): Promise<AgentOutcome<T>> {
  try {
    return { agent, kind: 'answered', answer: await ask(agent) };
  } catch (error) {
    if (!isPodlagError(error)) throw error;
    return { agent, kind: 'failed', error };
  }
}

/** The answers, after the errors have been told on stderr. */
export function answersOf<T>(
  { stderr }: Pick<CommandContext, 'stderr'>,
  outcomes: readonly AgentOutcome<T>[],
): readonly Extract<AgentOutcome<T>, { kind: 'answered' }>[] {
  for (const outcome of outcomes) {
    if (outcome.kind === 'failed') stderr(`${outcome.agent.name}: ${outcome.error.toText()}\n`);
  }
  return outcomes.filter((outcome) => outcome.kind === 'answered');
}

/** @throws PodlagError `some-failed` when at least one agent did not do it; each has been told of by then */
export function assertAllAnswered(outcomes: readonly AgentOutcome<unknown>[]): void {
  assertAllDid(outcomes.filter(({ kind }) => kind === 'answered').length, outcomes.length);
}

/** @param done how many agents did all of it @throws PodlagError `some-failed` unless they are `all` */
export function assertAllDid(done: number, all: number): void {
  if (done === all) return;
  throw cliErrors.error('some-failed', `${all - done} of ${all} agents did not do it`);
}
