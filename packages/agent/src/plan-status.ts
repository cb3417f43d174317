import { inForce, type PlannedState } from '@podlag/core';
import type { LeftOut } from './change';
import { plannedKey, type HeldPlan } from './plan-set';

/** A moment, and what was found out about it. */
export interface PlanReading {
  /** The agent's clock, in milliseconds since the epoch. */
  readonly now: number;
  /** As of when the kernel has what plans say. */
  readonly asOf: number;
  readonly refused: LeftOut;
  /** Differences between the kernel and what is asked of it, by all. */
  readonly drift: number;
}

/** A plan for those who ask after it. What is said of its faults is what the kernel has, even if a moment is overdue. */
export function planStatus({ plan, heardAt }: HeldPlan, { now, asOf, refused, drift }: PlanReading): unknown {
  const { states } = inForce(plan, heardAt, asOf);
  return {
    ...{ name: plan.name, generation: plan.generation, time: isoTime(now), heardAt: isoTime(heardAt) },
    faults: states.map((state) => stateBody(state, refused.get(plannedKey(plan.name, state.name)))),
    drift,
  };
}

function stateBody({ name, state, changesAt }: PlannedState, refusal: ReturnType<LeftOut['get']>): unknown {
  const isRefused = state === 'in-force' && refusal !== undefined;
  return {
    ...{ name, state: isRefused ? 'refused' : state },
    ...(changesAt !== undefined && { changesAt: isoTime(changesAt) }),
    ...(isRefused && { code: refusal.code, detail: refusal.detail, hint: refusal.hint }),
  };
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
