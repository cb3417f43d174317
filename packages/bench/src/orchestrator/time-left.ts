import type { Clock } from '@podlag/core';
import type { BenchScenario } from '../scenario/bench-scenario';
import { estimate } from '../schedule/estimate';
import type { Trial } from '../schedule/trial';

type Round = readonly Trial[];

/** Tells how long a run will take yet: what its rounds are expected to take, by what those until now took of that. */
export class TimeLeft {
  #expectedSeconds = 0;
  #tookSeconds = 0;
  #under: { readonly round: Round; readonly sinceMs: number } | undefined;

  constructor(
    private readonly scenario: BenchScenario,
    private readonly clock: Clock,
  ) {}

  begin(round: Round): void {
    this.#under = { round, sinceMs: this.clock.now() };
  }

  /** Its cool-down too is over. */
  end(): void {
    if (this.#under === undefined) return;
    this.#expectedSeconds += this.#expected([this.#under.round]);
    this.#tookSeconds += this.#underSeconds;
    this.#under = undefined;
  }

  /** @param rest rounds that have not begun */
  seconds(rest: readonly Round[]): number {
    const ratio = this.#expectedSeconds === 0 ? 1 : this.#tookSeconds / this.#expectedSeconds;
    const under = this.#under === undefined ? 0 : ratio * this.#expected([this.#under.round]);
    return Math.max(0, under - this.#underSeconds) + ratio * this.#expected(rest);
  }

  get #underSeconds(): number {
    return this.#under === undefined ? 0 : Math.max(0, this.clock.now() - this.#under.sinceMs) / 1_000;
  }

  #expected(rounds: readonly Round[]): number {
    return estimate({ rounds }, this.scenario);
  }
}
