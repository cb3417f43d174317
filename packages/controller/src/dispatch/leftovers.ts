import { inForce, type PlannedFault } from '@podlag/core';
import type { PlanStatus } from '@podlag/client';
import { planName } from './plan-content';

/** What an agent has told of its faults, by name, and what it had been given then. */
export interface Hearing {
  readonly told: ReadonlyMap<string, PlanStatus['faults'][number]>;
  readonly given: readonly PlannedFault[];
  /** When, in milliseconds since the epoch. */
  readonly at: number;
}

/** Nothing was heard yet. */
export const unheard: Hearing = { told: new Map(), given: [], at: 0 };

/** What a status says. @param given what was wanted of the agent when it was asked @param at milliseconds since the epoch */
export function heard({ faults }: PlanStatus, given: readonly PlannedFault[], at: number): Hearing {
  return { told: new Map(faults.map((fault) => [fault.name, fault])), given, at };
}

/**
 * Names of the faults that an agent has, or will have when their time comes, as far as it has told. One that is silent keeps
 * its plan by itself: what is over by its timing or its lease is gone there.
 *
 * @param now milliseconds since the epoch
 */
export function namesThere({ told, given, at }: Hearing, now: number, isSilent: boolean): readonly string[] {
  const { states } = inForce({ name: planName, generation: 0, faults: isSilent ? given : [] }, at, now);
  const over = new Set(states.flatMap((one) => (isThere(one) ? [] : [one.name])));
  return [...told.values()].flatMap((one) => (isThere(one) && !over.has(one.name) ? [one.name] : []));
}

function isThere({ state }: { readonly state: PlanStatus['faults'][number]['state'] }): boolean {
  return state === 'in-force' || state === 'waiting';
}
