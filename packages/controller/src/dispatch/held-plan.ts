import type { AgentClient, PlanStatus } from '@podlag/client';
import { isPodlagError } from '@podlag/core';
import { planContent, planName, type PlanContent } from './plan-content';

/** What one agent holds, as far as it is known. */
export type Held =
  /** Nobody has asked yet, or what is there is not ours. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'none' }
  | {
      readonly kind: 'plan';
      readonly content: PlanContent;
      readonly hashes: ReadonlyMap<string, string>;
      readonly generation: number;
      readonly shiftMs: number;
    };

/** A plan that another has left, and that nobody wants. */
export const strangePlan: Held = {
  kind: 'plan',
  content: planContent([]),
  hashes: new Map(),
  generation: 0,
  shiftMs: 0,
};

/**
 * Until a change is answered, and where it failed for good: the agent has what it had, or what it was asked for. So the next
 * change is made whatever it is, and of the faults only those that are in both are known to be there.
 */
export function inDoubt(held: Held, asked: PlanContent): Held {
  if (held.kind !== 'plan') return { kind: 'unknown' };
  const hashes = hashesOf(asked);
  return {
    ...held,
    content: { ...held.content, hash: '' },
    hashes: new Map([...held.hashes].filter(([name, hash]) => hashes.get(name) === hash)),
  };
}

/** Whether an error says that the agent does not hold what it is thought to hold. */
export function isLost(error: unknown): boolean {
  return isPodlagError(error, 'no-such-plan') || isPodlagError(error, 'other-generation');
}

/** The hash of each fault, by its name. */
export function hashesOf({ faults }: PlanContent): ReadonlyMap<string, string> {
  return new Map(faults.map(({ name, hash }) => [name, hash]));
}

/** The controller's plan in an agent; undefined where there is none. @throws PodlagError what the agent answers else */
export async function presentPlan(client: AgentClient): Promise<PlanStatus | undefined> {
  try {
    return await client.plan(planName);
  } catch (error) {
    if (isPodlagError(error, 'no-such-plan')) return undefined;
    throw error;
  }
}
