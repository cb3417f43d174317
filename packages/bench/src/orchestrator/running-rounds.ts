import { pause } from '@podlag/core';
import type { Trial } from '../schedule/trial';
import type { ConditionFaults } from './condition-faults';
import { LostWorkers } from './lost-workers';
import type { OrchestratorParts } from './orchestrator-parts';
import type { RunRecord } from './run-record';
import { TimeLeft } from './time-left';
import { runRound } from './trial-round';
import type { UnplacedSample } from './trial-sample';
import { describeTrial, trialWork } from './trial-work';
import type { WorkerRoster } from './worker-roster';

/** What rounds are run with. */
export interface RoundsParts extends Omit<Required<OrchestratorParts>, 'faults'> {
  readonly record: RunRecord;
  readonly roster: WorkerRoster;
  readonly faults: ConditionFaults;
}

/** Runs round after round until there is none left, the budget is spent or the run is aborted. */
export class RunningRounds {
  readonly #timeLeft: TimeLeft;
  readonly #budgetEndsMs: number;
  readonly #lost: LostWorkers;
  #under: readonly Trial[] = [];
  #unspent: readonly string[] = [];

  constructor(private readonly parts: RoundsParts) {
    const { scenario, clock, record } = parts;
    this.#timeLeft = new TimeLeft(scenario, clock);
    this.#lost = new LostWorkers(parts);
    this.#budgetEndsMs = (record.firstStartedMs ?? clock.now()) + scenario.budget.milliseconds;
  }

  async run(signal: AbortSignal): Promise<void> {
    for (;;) {
      const round = await this.#next(signal);
      if (round === undefined) return;
      await this.#run(round, signal);
    }
  }

  /** Trials that are to be measured as things stand, and those that are. */
  get planned(): number {
    const { plan } = this.parts.record;
    const under = this.#under.filter(({ id }) => !plan.isDone(id)).length;
    return plan.done + under + plan.rest().flat().length;
  }

  get secondsLeft(): number {
    const { record, clock } = this.parts;
    const budgetMs = Math.max(0, this.#budgetEndsMs - clock.now());
    return Math.min(this.#timeLeft.seconds(record.plan.rest()), budgetMs / 1_000);
  }

  /** A line for each trial under way, or for each worker that the next round waits for. */
  get now(): readonly string[] {
    return [...this.#lost.now, ...this.#under.map(describeTrial)];
  }

  /** In words, what was not measured. */
  get leftOut(): readonly string[] {
    return [...this.parts.record.plan.leftOut, ...this.#unspent];
  }

  /** What is to be measured now; undefined when that is nothing more. */
  async #next(signal: AbortSignal): Promise<readonly Trial[] | undefined> {
    const { record, clock } = this.parts;
    await this.#whole(record.plan.peek() ?? [], signal);
    if (signal.aborted) return undefined;
    if (clock.now() >= this.#budgetEndsMs) this.#budgetIsSpent();
    return record.plan.next();
  }

  /** Who is back in a moment is to fail no trials but those in which it was lost, and to be the company of the others. */
  #whole(round: readonly Trial[], signal: AbortSignal): Promise<void> {
    const names = new Set(round.flatMap(({ client, server }) => [client, server]));
    return this.#lost.back([...names], this.#budgetEndsMs - this.parts.clock.now(), signal);
  }

  async #run(round: readonly Trial[], signal: AbortSignal): Promise<void> {
    const { clock, scenario } = this.parts;
    this.#under = round;
    this.#timeLeft.begin(round);
    const samples = await runRound(
      round.map((trial) => trialWork(trial, { ...this.parts })),
      this.parts,
      signal,
    );
    for (const sample of samples) await this.#append(sample);
    // What an abort has cut off was to be measured all the same.
    if (!signal.aborted) this.#under = [];
    // Where nothing has run there is nothing to cool down from.
    if (samples.some(({ argv }) => argv.length > 0))
      await pause(clock, scenario.coolDown.milliseconds, signal);
    this.#timeLeft.end();
  }

  async #append(sample: UnplacedSample): Promise<void> {
    const { log, record } = this.parts;
    const satisfied = await record.append(sample);
    const { trial, status, problem } = sample;
    if (problem === undefined) log.debug({ trial, status }, 'sample');
    else log.warn({ trial, status, code: problem.code }, problem.detail);
    if (satisfied !== undefined) log.info(`enough: ${satisfied}`);
  }

  #budgetIsSpent(): void {
    const { record, scenario, log } = this.parts;
    const left = record.plan.end();
    if (left === 0) return;
    const told = `the budget of ${scenario.budget.toString()} is spent: ${left} of ${record.plan.planned} trials were not measured`;
    this.#unspent = [told];
    log.warn(told);
  }
}
