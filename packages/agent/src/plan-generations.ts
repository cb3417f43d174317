import type { Plan } from '@podlag/core';
import { agentErrors } from './agent-errors';
import type { HeldPlan, PlanSet } from './plan-set';

/**
 * How long after it was last heard of an owner's generation counts at least: longer than what an earlier owner had sent can be
 * on its way. One that may have been replaced sends no more than renewals, which bring nothing back.
 */
const countsForMs = 60_000;

/**
 * Holds owners to an order: what an older generation asks for comes from somebody who has been replaced. It counts as long
 * as a lease of the plan runs; after that an owner who begins anew, as one that was installed again, may count from 0.
 */
export class PlanGenerations {
  readonly #deleted = new Map<string, { readonly generation: number; readonly until: number }>();

  /** @throws PodlagError `stale-generation` */
  assertNotStale(plans: PlanSet, name: string, generation: number, now: number): void {
    const known = this.#known(plans.get(name), name, now);
    if (known === undefined || generation >= known) return;
    const detail = `generation ${generation} of plan ${name} is lower than ${known}`;
    throw agentErrors.error('stale-generation', detail, {
      field: 'generation',
      hint: `Read what is in force, and send a generation that is not lower. Whoever begins anew: DELETE /v1/plans/${name} without a generation, then PUT the plan.`,
    });
  }

  /** A plan was deleted in the name of this generation; undefined: by somebody who does not count, and all begins anew. */
  deleted(name: string, generation: number | undefined, now: number): void {
    if (generation === undefined) this.#deleted.delete(name);
    else this.#deleted.set(name, { generation, until: now + countsForMs });
  }

  /** A plan is held again. */
  held(name: string): void {
    this.#deleted.delete(name);
  }

  #known(held: HeldPlan | undefined, name: string, now: number): number | undefined {
    if (held) return now < countsUntil(held) ? held.plan.generation : undefined;
    const deleted = this.#deleted.get(name);
    return deleted && now < deleted.until ? deleted.generation : undefined;
  }
}

function countsUntil({ plan, heardAt }: HeldPlan): number {
  return heardAt + Math.max(countsForMs, longestLeaseMs(plan));
}

function longestLeaseMs({ faults }: Plan): number {
  return Math.max(0, ...faults.map(({ fault }) => fault.ttl?.milliseconds ?? Infinity));
}
