import { isDeepStrictEqual } from 'node:util';
import { inForce, mostPlannedFaults, type Fault, type Plan } from '@podlag/core';
import { agentErrors } from './agent-errors';
import type { LeftOut } from './change';
import { directFaults, targetsIn, type FaultSet, type HeldFault } from './fault-set';

/** A plan, and when its owner was last heard of, in milliseconds since the epoch. */
export interface HeldPlan {
  readonly plan: Plan;
  readonly heardAt: number;
}

/** The plans that an agent holds, by name. Never changed in place. */
export type PlanSet = ReadonlyMap<string, HeldPlan>;

export const noPlans: PlanSet = new Map();

/** What a restart needs to know: the plans, and the moment as of which the kernel has them. */
export interface KeptPlans {
  readonly plans: PlanSet;
  readonly asOf: number;
}

/** One for each owner; in practice the controller's alone. */
const mostPlans = 16;

/** @throws PodlagError `too-many-faults` */
export function withPlan(plans: PlanSet, plan: Plan, now: number): PlanSet {
  const after = new Map(plans).set(plan.name, { plan, heardAt: now });
  const faults = [...after.values()].reduce((sum, held) => sum + held.plan.faults.length, 0);
  if (after.size > mostPlans || faults > mostPlannedFaults) {
    const most = `${mostPlans} with ${mostPlannedFaults}`;
    throw agentErrors.error(
      'too-many-faults',
      `${after.size} plans with ${faults} faults are more than ${most}`,
    );
  }
  return after;
}

export function withoutPlan(plans: PlanSet, name: string): PlanSet {
  return new Map([...plans].filter(([other]) => other !== name));
}

/**
 * After the clock was set back nobody has been heard of in the future: a lease would last longer than it says. The very
 * set where nobody has been.
 */
export function heardBy(plans: PlanSet, now: number): PlanSet {
  if (![...plans.values()].some(({ heardAt }) => heardAt > now)) return plans;
  return new Map(
    [...plans].map(([name, held]) => [name, held.heardAt > now ? { ...held, heardAt: now } : held]),
  );
}

/** A planned fault's name among all that are in force. */
export function plannedKey(plan: string, fault: string): string {
  return `${plan}/${fault}`;
}

/** What plans have in force at `now`, ready to be held. */
export function plannedAt(plans: PlanSet, now: number): readonly HeldFault[] {
  return [...plans.values()].flatMap(({ plan, heardAt }) =>
    inForce(plan, heardAt, now).faults.map((fault) => ({
      fault: keyed(plan.name, fault),
      expiresAt: undefined,
      plan: plan.name,
    })),
  );
}

/** When something of the plans changes next, seen from `asOf`. */
export function nextPlannedChange(plans: PlanSet, asOf: number): number | undefined {
  const times = [...plans.values()].flatMap(
    ({ plan, heardAt }) => inForce(plan, heardAt, asOf).nextChangeAt ?? [],
  );
  return times.length === 0 ? undefined : Math.min(...times);
}

/** The same object for the same fault, so that to compare two sets takes no look at their targets. */
const keyedFaults = new WeakMap<Fault, Fault>();

function keyed(plan: string, fault: Fault): Fault {
  const known = keyedFaults.get(fault);
  if (known) return known;
  const named = { ...fault, name: plannedKey(plan, fault.name) };
  keyedFaults.set(fault, named);
  return named;
}

/** A set with what plans have in force in place of what they had. */
export interface Together {
  /** The one that was given, where nothing differs. */
  readonly faults: FaultSet;
  /** `too-many-targets`: there was no room for them beside what comes before. */
  readonly leftOut: LeftOut;
}

/** @param mostTargets of all faults together */
export function together(set: FaultSet, planned: readonly HeldFault[], mostTargets: number): Together {
  const faults = new Map(directFaults(set));
  const leftOut = new Map<string, ReturnType<typeof agentErrors.error>>();
  let count = targetsIn(faults);
  for (const held of planned) {
    const { name } = held.fault;
    const more = targetsIn(new Map([[name, held]]));
    if (more > 0 && count + more > mostTargets) {
      const detail = `${name} has ${more} targets; with ${count} of others they are more than ${mostTargets}`;
      leftOut.set(name, agentErrors.error('too-many-targets', detail));
      continue;
    }
    count += more;
    const before = set.get(name);
    faults.set(name, before && isSameFault(before, held) ? before : held);
  }
  return { faults: isSameSet(set, faults) ? set : faults, leftOut };
}

function isSameFault(one: HeldFault, other: HeldFault): boolean {
  return one.fault === other.fault || isDeepStrictEqual(one.fault, other.fault);
}

/** By identity. */
export function isSameSet(one: FaultSet, other: FaultSet): boolean {
  return one.size === other.size && [...one].every(([name, held]) => other.get(name) === held);
}
