import { isPodlagError, type Clock, type Logger, type Plan } from '@podlag/core';
import { agentErrors } from './agent-errors';
import { noneLeftOut, type LeftOut } from './change';
import { directFaults, type FaultSet, type HeldFault } from './fault-set';
import { PlanGenerations } from './plan-generations';
import {
  heardBy,
  isSameSet,
  nextPlannedChange,
  plannedAt,
  together,
  withoutPlan,
  withPlan,
  type HeldPlan,
  type KeptPlans,
  type PlanSet,
} from './plan-set';
import type { PlanReading } from './plan-status';
import { Retry } from './retry';
import type { Shaper } from './shaper';

/** How soon it is noticed that the clock was set: a timer counts time that passes, a plan goes by the time of day. */
const lookAgainMs = 2_000;

/** How soon what was refused is tried again when only its owner was heard of, and nothing is known to have changed. */
const tryRefusedAgainMs = 30_000;

/** When the next moment is closer, what was refused is left for later. */
const roomForRefusedMs = 1_000;

export interface PlanObserver {
  /** How long after its time a change of a timed plan was in the kernel. */
  plannedChange(lateSeconds: number): void;
}

export interface PlanKeeperParts {
  readonly shaper: Shaper;
  readonly clock: Clock;
  readonly logger: Logger;
  /** What the lease had of them at the start. */
  readonly found: KeptPlans;
  readonly observer?: PlanObserver;
}

type PlanStep = (plans: PlanSet, now: number) => PlanSet;

interface BringOptions {
  /** Known to be refused when its turn has come, and not tried this time. */
  readonly without?: () => LeftOut;
  /** The kernel is asked only where something differs. */
  readonly unlessSame?: boolean;
  readonly isRoutine?: boolean;
  /** The plans are held now, and the kernel has them. */
  readonly confirmed?: () => void;
}

/** A plan as its PUT has brought it into force, whatever has come after it. */
export type ConfirmedPlan = HeldPlan & Pick<PlanReading, 'asOf' | 'refused'>;

const allTried = (): LeftOut => noneLeftOut;

const asTheyAre: PlanStep = (plans) => plans;

/**
 * Holds the plans, and brings into force what they say at each moment. At the moment itself only what it changes is done;
 * what the kernel or the set has refused before is tried again after it, when something else has changed, and now and then
 * when the owner is heard of.
 */
export class PlanKeeper {
  #plans: PlanSet;
  /** The kernel has what the plans say as of this moment. */
  #asOf: number;
  #refused: LeftOut = noneLeftOut;
  /** When that was tried last. */
  #refusedAt = 0;
  /** When the kernel had that. */
  #confirmedAt = 0;
  #cancel: () => void = () => undefined;
  #stopped = false;
  readonly #generations = new PlanGenerations();
  readonly #retry: Retry;

  constructor(private readonly parts: PlanKeeperParts) {
    this.#plans = parts.found.plans;
    this.#asOf = parts.found.asOf;
    this.#retry = new Retry(parts.logger, 'a moment of a plan could not be brought into force; trying again');
  }

  /** What is held, and as of when the kernel has it. */
  get kept(): KeptPlans {
    return { plans: this.#plans, asOf: this.#asOf };
  }

  /** When they change next what is in force, in milliseconds since the epoch. */
  get nextMoment(): number | undefined {
    return nextPlannedChange(this.#plans, this.#asOf);
  }

  /** What is known of the plans at this moment, beside how many differences the kernel was just found to have. */
  reading(drift: number): PlanReading {
    return { now: this.parts.clock.now(), asOf: this.#asOf, refused: this.#refused, drift };
  }

  /** At the start: a set with what the plans had in force when the agent last ran, so that the kernel's classes are known again. */
  asTheyWere(set: FaultSet): FaultSet {
    return this.#with(set, plannedAt(this.#plans, this.#asOf)).faults;
  }

  /** At the start: a set with what they have in force now. */
  asTheyAre(set: FaultSet, now: number): FaultSet {
    this.#plans = heardBy(this.#plans, now);
    this.#asOf = now;
    return this.#with(set, plannedAt(this.#plans, now)).faults;
  }

  /** From now on moments are kept. */
  start(): void {
    if (this.#plans.size === 0) return;
    // What was left out at the start has had nobody to tell its reason to.
    this.#again();
    this.#watch();
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel();
  }

  /** Resolves when what the plan has in force now is. @throws PodlagError `stale-generation`, `too-many-faults`, of `netemErrors` */
  async put(plan: Plan): Promise<ConfirmedPlan> {
    let heardAt = 0;
    let found = { asOf: 0, refused: noneLeftOut };
    const replaced: PlanStep = (plans, now) => {
      this.#generations.assertNotStale(plans, plan.name, plan.generation, now);
      heardAt = now;
      return withPlan(plans, plan, now);
    };
    // Here and not after it: the next change, which may delete the plan, does not wait for us.
    const confirmed = (): void => {
      this.#generations.held(plan.name);
      found = { asOf: this.#asOf, refused: this.#refused };
    };
    await this.#bring(replaced, { confirmed });
    return { plan, heardAt, ...found };
  }

  /** Each lease of the plan counts from now. @throws PodlagError `no-such-plan`, `other-generation`, of `netemErrors` */
  async renew(name: string, generation: number): Promise<void> {
    const renewed: PlanStep = (plans, now) => {
      const { plan } = heldIn(plans, name);
      if (plan.generation !== generation) throw otherGeneration(plan, generation);
      return new Map(plans).set(name, { plan, heardAt: now });
    };
    await this.#bring(renewed, { unlessSame: true, without: () => this.#notAgainYet() });
  }

  /** Fine when there is none. Without a generation: whatever is held. @throws PodlagError `stale-generation`, of `netemErrors` */
  async remove(name: string, generation?: number): Promise<void> {
    await this.#bring(
      (plans, now) => {
        if (generation !== undefined) this.#generations.assertNotStale(plans, name, generation, now);
        this.#generations.deleted(name, generation, now);
        return withoutPlan(plans, name);
      },
      { unlessSame: !this.#plans.has(name) },
    );
  }

  async removeAll(): Promise<void> {
    await this.#bring((plans, now) => {
      for (const name of plans.keys()) this.#generations.deleted(name, undefined, now);
      return new Map();
    });
  }

  /** @throws PodlagError `no-such-plan` */
  held(name: string): HeldPlan {
    return heldIn(this.#plans, name);
  }

  /** A change was made. What calls have set may have been in the way of what was refused. */
  changed(before: FaultSet, after: FaultSet): void {
    if (this.#refused.size > 0 && !isSameSet(directFaults(before), directFaults(after))) this.#again();
  }

  #with(set: FaultSet, planned: ReturnType<typeof plannedAt>): ReturnType<typeof together> {
    return together(set, planned, this.parts.shaper.mostTargets);
  }

  async #bring(step: PlanStep, options: BringOptions = {}): Promise<void> {
    const { without = allTried, unlessSame = false, isRoutine = false, confirmed } = options;
    let [plans, asOf, refused, untried] = [this.#plans, this.#asOf, noneLeftOut, noneLeftOut];
    const { shaper } = this.parts;
    await shaper.change(
      (faults, now) => {
        plans = step(heardBy(this.#plans, now), now);
        asOf = now;
        const wanted = plannedAt(plans, now);
        untried = without();
        const tried = wanted.filter(({ fault }) => !untried.has(fault.name));
        const { faults: asked, leftOut } = this.#with(faults, tried);
        const still = [...untried].filter(([name]) => wanted.some(({ fault }) => fault.name === name));
        refused = new Map([...still, ...leftOut]);
        return asked;
      },
      {
        leaveOut: true,
        unlessSame,
        isRoutine,
        confirmed: (leftOut) => {
          this.#plans = plans;
          this.#asOf = asOf;
          this.#confirmedAt = this.parts.clock.now();
          this.#noteRefused(new Map([...refused, ...plannedOf(leftOut)]));
          if (untried.size === 0) this.#refusedAt = this.#confirmedAt;
          this.#watch();
          confirmed?.();
        },
      },
    );
  }

  #noteRefused(refused: LeftOut): void {
    for (const [name, error] of refused)
      if (this.#refused.get(name)?.code !== error.code)
        this.parts.logger.error({ fault: name, code: error.code }, `${name} is refused: ${error.toText()}`);
    this.#refused = refused;
  }

  #watch(): void {
    this.#cancel();
    const next = this.nextMoment;
    if (next === undefined || this.#stopped) return;
    const { clock } = this.parts;
    const delayMs = Math.min(Math.max(0, next - clock.now()), lookAgainMs);
    this.#cancel = clock.after(delayMs, () => {
      const now = clock.now();
      // Timers may be early by a fraction of a millisecond.
      if (now < next && now >= this.#asOf) this.#watch();
      else void this.#meet(next);
    });
  }

  /** Brings into force what the plans say now, because a moment of theirs has come. */
  async #meet(due: number): Promise<void> {
    const { clock, observer } = this.parts;
    const before = plannedAt(this.#plans, this.#asOf);
    try {
      await this.#bring(asTheyAre, { without: () => this.#refused, unlessSame: true, isRoutine: true });
      this.#retry.succeeded();
    } catch (error) {
      if (this.#stopped || isPodlagError(error, 'stopping')) return;
      this.#cancel();
      this.#cancel = clock.after(this.#retry.failed(error), () => void this.#meet(due));
      return;
    }
    observer?.plannedChange(Math.max(0, this.#confirmedAt - due) / 1000);
    const next = this.nextMoment ?? Infinity;
    const isWorthIt = this.#hasEnded(before) || this.#notAgainYet().size === 0;
    if (this.#refused.size > 0 && isWorthIt && next - clock.now() >= roomForRefusedMs) this.#again();
  }

  /** What is known to be refused and was tried a short time ago: that takes many trees. */
  #notAgainYet(): LeftOut {
    const passedMs = Math.abs(this.parts.clock.now() - this.#refusedAt);
    return passedMs < tryRefusedAgainMs ? this.#refused : noneLeftOut;
  }

  /** Whether one of them is no longer in force, and may have been in the way of another. */
  #hasEnded(before: readonly HeldFault[]): boolean {
    const names = new Set(plannedAt(this.#plans, this.#asOf).map(({ fault }) => fault.name));
    return before.some(({ fault }) => !names.has(fault.name));
  }

  /** All that is to be in force is tried once more, for whom nobody waits. */
  #again(): void {
    this.#bring(asTheyAre, { unlessSame: true }).catch((error: unknown) => {
      if (this.#stopped) return;
      const { logger } = this.parts;
      logger.warn(
        { err: error },
        'what plans have in force could not be made sure of; it is tried again with the next change',
      );
    });
  }
}

function plannedOf(leftOut: LeftOut): LeftOut {
  return new Map([...leftOut].filter(([name]) => name.includes('/')));
}

function heldIn(plans: PlanSet, name: string): HeldPlan {
  const held = plans.get(name);
  if (!held) throw agentErrors.error('no-such-plan', `there is no plan called ${name}`);
  return held;
}

function otherGeneration(plan: Plan, generation: number): Error {
  const detail = `plan ${plan.name} is held in generation ${plan.generation}, not ${generation}`;
  return agentErrors.error('other-generation', detail, { field: 'generation' });
}
