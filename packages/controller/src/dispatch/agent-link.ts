import { Backoff, isPodlagError, type Clock, type Logger, type PlannedFault } from '@podlag/core';
import type { AgentClient } from '@podlag/client';
import { pending, type AgentProblem, type FaultReport } from './agent-report';
import { AgentWord } from './agent-word';
import { Generations, type GenerationParts } from './generations';
import { hashesOf, inDoubt, isLost, presentPlan, strangePlan, type Held } from './held-plan';
import { nextAction, type Action } from './next-action';
import { planBody, planContent, planName, type PlanContent } from './plan-content';
import { problemOf } from './problem-of';
import { renewalPauseMs } from './renewal-pause';
import { Silence, unreachable } from './silence';
import type { Slots } from './slots';

/** What became of one request to an agent. */
export type SendOutcome = 'sent' | 'renewed' | 'asked' | 'deleted' | 'failed' | 'overtaken';

/** What an AgentLink needs of the Dispatcher. */
export interface LinkParts extends GenerationParts {
  readonly client: AgentClient;
  readonly clock: Clock;
  readonly logger: Logger;
  /** For agents that have answered the last time; and for the others, so that they keep nobody waiting. */
  readonly slots: Readonly<Record<'sound' | 'doubtful', Pick<Slots, 'run'>>>;
  /** Whether the agent may have something that an earlier leader has asked of it. */
  readonly isInherited: boolean;
  /** False while nobody can tell who leads: what agents hold is renewed then, and nothing is changed. */
  readonly mayChange: () => boolean;
  readonly onReport: () => void;
  /** After so many milliseconds without an answer an agent counts as unreachable; one that starts again is back before. */
  readonly silentMs: number;
  readonly onSent: (outcome: SendOutcome, seconds: number) => void;
}

/** Brings one agent to what is wanted of it and keeps it there: one request at a time, the next when that is answered. */
export class AgentLink {
  #wanted: PlanContent = planContent([]);
  #wantedHashes: ReadonlyMap<string, string> = new Map();
  #held: Held = { kind: 'unknown' };
  #wantedFaults: readonly PlannedFault[] = [];
  #problem: AgentProblem | undefined;
  /** Whether the problem is that of a change alone, and what is held was renewed since. */
  #isHeldOn = false;
  #isOnHold = false;
  #isInherited: boolean;
  #isKept = false;
  readonly #word: AgentWord;
  readonly #generations: Generations;
  readonly #backoff = new Backoff({ mostMs: 5_000 });
  #measurements = 0;
  #isInFlight = false;
  #isClosed = false;
  /** Whether nothing is done before the timer rings. */
  #isPausing = false;
  #isRenewalDue = false;
  #cancelTimer = (): void => undefined;
  readonly #silence: Silence;

  constructor(private readonly parts: LinkParts) {
    this.#isInherited = parts.isInherited;
    this.#word = new AgentWord(parts.clock);
    this.#silence = new Silence(parts);
    this.#generations = new Generations(parts);
  }

  /** From now on this is wanted, and nothing else. On hold: not before what is wanted is known better. */
  want(faults: readonly PlannedFault[], { isOnHold }: { readonly isOnHold: boolean }): void {
    const content = planContent(faults);
    this.#isOnHold = isOnHold;
    if (content.hash !== this.#wanted.hash) {
      this.#wanted = content;
      this.#wantedHashes = hashesOf(content);
      this.#wantedFaults = faults;
      this.#measurements = 0;
      // What was refused may have been the content; the agent is not the worse for being asked at once.
      if (this.#problem !== undefined) this.#isPausing = false;
    }
    this.#step();
  }

  /** Its pod has changed: what did not work may work now, and what was there may be lost. */
  nudge(): void {
    this.#isPausing = false;
    this.#isRenewalDue = true;
    this.#step();
  }

  /** What is known of a fault that is wanted. */
  reportOf(name: string): FaultReport {
    const hash = this.#wantedHashes.get(name);
    const isHeld = this.#held.kind === 'plan' && this.#held.hashes.get(name) === hash;
    const problem = this.#silence.judged(this.#problem);
    if (problem !== undefined && !(isHeld && this.#isHeldOn)) return { kind: 'failed', problem };
    if (hash === undefined || !isHeld) return pending;
    return this.#word.reportOf(name);
  }

  /** Names of faults that the agent has, by its own word, and that nobody wants any more. */
  get leftovers(): readonly string[] {
    if (this.#held.kind === 'none') return [];
    const isSilent = this.#silence.judged(this.#problem)?.code === unreachable;
    return this.#word.namesThere(isSilent).filter((name) => !this.#wantedHashes.has(name));
  }

  /** Whether it may still have what an earlier leader has asked of it: it has neither been emptied nor given a plan since. */
  get isInherited(): boolean {
    return this.#isInherited;
  }

  /** As a metric has it. */
  get state(): 'empty' | 'settled' | 'pending' | 'failed' {
    if (this.#silence.judged(this.#problem) !== undefined) return 'failed';
    if (this.#nextAction() !== undefined && this.#nextAction() !== 'renew') return 'pending';
    return this.#held.kind === 'plan' ? 'settled' : 'empty';
  }

  /** The most by which its clock may be off what was allowed for, in milliseconds; undefined before it was asked. */
  get skewMs(): number | undefined {
    return this.#word.offset.skewMs;
  }

  /** Whether nothing is under way nor to be done before the next renewal. */
  get isIdle(): boolean {
    return !this.#isInFlight && (this.#isPausing || this.#nextAction() === undefined);
  }

  /** Asks nothing more of the agent. What it holds stays, until its ttl. */
  close(): void {
    this.#isClosed = true;
    this.#cancelTimer();
    this.#silence.end();
  }

  #nextAction(): Action | undefined {
    return nextAction({
      ...{ wanted: this.#wanted, held: this.#held, isOnHold: this.#isOnHold, isKept: this.#isKept },
      ...{ isRenewalDue: this.#isRenewalDue, mayChange: this.parts.mayChange() },
      ...{ offset: this.#word.offset, measurements: this.#measurements },
    });
  }

  #step(): void {
    if (this.#isInFlight || this.#isClosed || this.#isPausing) return;
    const action = this.#nextAction();
    if (action === undefined) return;
    this.#isInFlight = true;
    const slots = this.parts.slots[this.#problem?.code === unreachable ? 'doubtful' : 'sound'];
    void slots
      .run(() => this.#perform())
      .finally(() => {
        this.#isInFlight = false;
        this.parts.onReport();
        this.#step();
      });
  }

  /**
   * What is to be done is looked up again: it may have changed while a slot was waited for. Where nothing is any more, the
   * timer of the next renewal runs on.
   */
  async #perform(): Promise<void> {
    const action = this.#isClosed ? undefined : this.#nextAction();
    if (action === undefined) return;
    this.#cancelTimer();
    this.#silence.begin();
    const { clock, onSent } = this.parts;
    const sentAt = clock.now();
    try {
      const outcome = await this.#performed(action);
      onSent(outcome, (clock.now() - sentAt) / 1_000);
      this.#succeeded();
    } catch (error) {
      onSent('failed', (clock.now() - sentAt) / 1_000);
      await this.#failed(action, error);
    }
  }

  async #performed(action: Action): Promise<SendOutcome> {
    const { client } = this.parts;
    switch (action) {
      case 'put':
        await this.#put();
        return 'sent';
      case 'renew':
        return this.#renew();
      case 'measure':
        this.#measurements++;
        await this.#hear(() => client.plan(planName));
        return 'asked';
      case 'ask':
        return this.#ask();
      case 'keep':
        return this.#keep();
      case 'delete':
        this.#held = inDoubt(this.#held, this.#wanted);
        await client.deletePlan(planName, this.#generations.next());
        this.#held = { kind: 'none' };
        this.#word.found(undefined);
        return 'deleted';
    }
  }

  async #ask(): Promise<SendOutcome> {
    const present = await presentPlan(this.parts.client);
    this.#held = present === undefined ? { kind: 'none' } : strangePlan;
    this.#word.found(present);
    return 'asked';
  }

  async #put(): Promise<void> {
    const content = this.#wanted;
    const generation = this.#generations.next();
    const { shiftMs } = this.#word.offset;
    this.#held = inDoubt(this.#held, content);
    await this.#hear(() => this.parts.client.putPlan(planName, planBody(content, { generation, shiftMs })));
    this.#held = { kind: 'plan', content, hashes: hashesOf(content), generation, shiftMs };
  }

  async #renew(): Promise<SendOutcome> {
    const generation = this.#held.kind === 'plan' ? this.#held.generation : 0;
    await this.#hear(() => this.parts.client.renewPlan(planName, generation));
    return 'renewed';
  }

  #hear(ask: Parameters<AgentWord['hear']>[1]): Promise<void> {
    return this.#word.hear(this.#wantedFaults, ask);
  }

  async #keep(): Promise<SendOutcome> {
    const present = await presentPlan(this.parts.client);
    if (present === undefined) {
      this.#held = { kind: 'none' };
      return 'asked';
    }
    await this.#hear(() => this.parts.client.renewPlan(planName, present.generation));
    this.#isKept = true;
    return 'renewed';
  }

  #succeeded(): void {
    this.#silence.end();
    if (this.#held.kind !== 'unknown' && this.#held !== strangePlan) this.#isInherited = false;
    this.#problem = undefined;
    this.#backoff.reset();
    this.#isRenewalDue = false;
    this.#timer(this.#renewMs, () => (this.#isRenewalDue = true));
  }

  get #renewMs(): number {
    const isUrgent = this.#word.isDrifting || (this.#isOnHold && this.#held.kind === 'unknown');
    return renewalPauseMs(this.#wanted.leastTtlMs, isUrgent);
  }

  async #failed(action: Action, error: unknown): Promise<void> {
    // Whatever is wanted by then, it is to be heard again.
    this.#isRenewalDue = true;
    if (!isPodlagError(error, unreachable)) this.#silence.end();
    if (isLost(error)) {
      // The agent has started anew without its lease file, or somebody else was here: all of it again.
      this.#held = { kind: 'unknown' };
      return;
    }
    const problem = isPodlagError(error, 'stale-generation') ? await this.#overtake(error) : problemOf(error);
    if (problem === undefined) return;
    this.#isHeldOn = action === 'put' && problem.code !== unreachable && (await this.#holdsOn());
    if (problem.code !== this.#problem?.code)
      this.parts.logger.warn({ action, ...problem }, 'agent: not reached');
    this.#problem = problem;
    this.#isPausing = true;
    this.#timer(this.#backoff.next(), () => (this.#isPausing = false));
  }

  /**
   * A change that is refused leaves what is held as it is: that is renewed meanwhile, so that one fault takes no others with
   * it. Not where it has something that nobody wants any more: its lease alone would end that.
   */
  async #holdsOn(): Promise<boolean> {
    const held = this.#held;
    if (held.kind !== 'plan' || !held.content.faults.every(({ name }) => this.#wantedHashes.has(name)))
      return false;
    const { clock, onSent } = this.parts;
    const sentAt = clock.now();
    try {
      onSent(await this.#renew(), (clock.now() - sentAt) / 1_000);
      return true;
    } catch (error) {
      // What is wrong with the agent is told already: why the change was refused.
      if (isLost(error)) this.#held = { kind: 'unknown' };
      return false;
    }
  }

  /** What stands in the way of going above what the agent holds, where something does. */
  async #overtake(stale: unknown): Promise<AgentProblem | undefined> {
    const problem = await this.#generations.overtake(stale);
    if (problem !== undefined) return problem;
    this.parts.onSent('overtaken', 0);
    this.#held = this.#wanted.faults.length === 0 ? strangePlan : { kind: 'unknown' };
    return undefined;
  }

  #timer(delayMs: number, ring: () => void): void {
    this.#cancelTimer();
    if (this.#isClosed) return;
    this.#cancelTimer = this.parts.clock.after(delayMs, () => {
      ring();
      this.#step();
    });
  }
}
