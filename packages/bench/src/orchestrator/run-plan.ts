import type { Benchmark } from '../benchmark/benchmark';
import type { BenchScenario } from '../scenario/bench-scenario';
import { schedule } from '../schedule/schedule';
import type { Schedule, Trial } from '../schedule/trial';
import type { Sample } from '../record/sample';
import { CellRepeats } from './cell-repeats';
import type { ExpectedWorker } from './expected-worker';
import { servableRounds } from './servable-rounds';

/** What a plan is made of. */
export interface RunPlanParts {
  readonly scenario: BenchScenario;
  readonly workers: readonly ExpectedWorker[];
  readonly benchmarks: readonly Benchmark[];
  readonly seed: number;
}

/** Which trials are there, which of them are done, and which are to be done still. */
export class RunPlan {
  readonly #schedule: Schedule;
  readonly #repeats: CellRepeats;
  readonly #done = new Set<string>();
  /** Sentences of cells that need no more repeats. */
  readonly #satisfied: string[] = [];
  #failed = 0;
  /** The next round that is looked at. */
  #at = 0;
  #isOver = false;

  /** @throws PodlagError `cannot-place`, `invalid-scenario` */
  constructor({ scenario, workers, benchmarks, seed }: RunPlanParts) {
    const { conditions } = scenario;
    this.#schedule = servableRounds(schedule(scenario, workers, seed), { workers, conditions });
    this.#repeats = new CellRepeats(scenario, benchmarks, seed);
  }

  /** Its trial is done, whatever came of it: now, or before this run was resumed. */
  add(sample: Sample): string | undefined {
    this.#done.add(sample.trial);
    if (sample.status !== 'ok') this.#failed += 1;
    const why = this.#repeats.add(sample);
    if (why === undefined) return undefined;
    const { use, path, placement, condition, client, server } = sample;
    const told = `${use} ${path} ${placement} ${condition}, ${client} -> ${server}: ${why}`;
    this.#satisfied.push(told);
    return told;
  }

  /** The next round of which something is left to do; undefined when there is none. */
  next(): readonly Trial[] | undefined {
    const round = this.peek();
    if (round !== undefined) this.#at += 1;
    return round;
  }

  /** What `next` will give, as things stand. */
  peek(): readonly Trial[] | undefined {
    while (!this.#isOver && this.#at < this.#schedule.rounds.length) {
      const left = this.#leftOf(this.#schedule.rounds[this.#at] ?? []);
      if (left.length > 0) return left;
      this.#at += 1;
    }
    return undefined;
  }

  /** Rounds that `next` has not given yet and, as things stand, will. */
  rest(): readonly (readonly Trial[])[] {
    if (this.#isOver) return [];
    const rounds = this.#schedule.rounds.slice(this.#at).map((round) => this.#leftOf(round));
    return rounds.filter((round) => round.length > 0);
  }

  /** Nothing more is begun. @returns how many trials that leaves out */
  end(): number {
    const left = this.rest().flat().length;
    this.#isOver = true;
    return left;
  }

  /** Trials of the whole plan, whatever becomes of them. */
  get planned(): number {
    return this.#schedule.rounds.reduce((sum, round) => sum + round.length, 0);
  }

  isDone(id: string): boolean {
    return this.#done.has(id);
  }

  get done(): number {
    return this.#done.size;
  }

  /** Samples that are not `ok`. */
  get failed(): number {
    return this.#failed;
  }

  /** In words, what these workers cannot do, and which cells needed fewer repeats. */
  get leftOut(): readonly string[] {
    return [...this.#schedule.leftOut, ...this.#satisfied];
  }

  /**
   * A round is measured until all its cells have enough: one that has it stays for the others' company, which is to be the
   * same each time, and costs no time.
   */
  #leftOf(round: readonly Trial[]): readonly Trial[] {
    if (round.every((trial) => this.#repeats.hasEnough(trial))) return [];
    return round.filter(({ id }) => !this.#done.has(id));
  }
}
