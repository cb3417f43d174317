import type { AgentClient } from '@podlag/client';
import { isPodlagError } from '@podlag/core';
import { controllerErrors } from '../controller-errors';
import type { AgentProblem } from './agent-report';
import { planName } from './plan-content';
import { problemOf } from './problem-of';

/** Generations of one term are below all of the next. */
export const generationsPerTerm = 1e9;

/**
 * Terms begin with the tens of minutes since the epoch, three million in 2026: no controller comes so far before the year
 * 2141. What an agent claims to hold leaves room below the greatest number for the plans of a thousand terms.
 */
const strangeAbove = Number.MAX_SAFE_INTEGER - 1_000 * generationsPerTerm;

/** What Generations needs. */
export interface GenerationParts {
  readonly client: Pick<AgentClient, 'plan'>;
  /** A number above all that were given before. */
  readonly nextGeneration: () => number;
  /**
   * The agent holds a plan of a generation above ours. True when we may go above it all the same, for the Lease still says
   * that we lead.
   */
  readonly mayOvertake: () => Promise<boolean>;
}

/**
 * The generations of one agent's plan: above all that this controller has given, and above what the agent holds. What one
 * agent claims to hold moves its own numbers alone.
 */
export class Generations {
  #floor = 0;

  constructor(private readonly parts: GenerationParts) {}

  next(): number {
    this.#floor = Math.max(this.parts.nextGeneration(), this.#floor + 1);
    return this.#floor;
  }

  /**
   * From now on the numbers are above what the agent holds too. Agents hold plans of higher terms than ours where the Lease
   * has gone back: the API server's store was restored from a backup, or podlag was installed anew some minutes after the
   * first time. What stands in the way, where something does: what the agent has refused us for, or its own number.
   */
  async overtake(stale: unknown): Promise<AgentProblem | undefined> {
    const { client, mayOvertake } = this.parts;
    try {
      const { generation } = await client.plan(planName);
      assertGiven(generation);
      if (!(await mayOvertake())) return problemOf(stale);
      this.#floor = Math.max(this.#floor, generation);
      return undefined;
    } catch (error) {
      return problemOf(isPodlagError(error, 'strange-generation') ? error : stale);
    }
  }
}

/** @throws PodlagError `strange-generation` for a number that no controller has given, and above which there may be none */
export function assertGiven(held: number): void {
  if (Number.isSafeInteger(held) && held <= strangeAbove) return;
  throw controllerErrors.error('strange-generation', `the agent holds generation ${held}`);
}
