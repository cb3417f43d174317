import type { Run } from '../../src/record/run';
import { labRuns } from './bench-in-lab';

/** Runs among two pods of the lab, one after the other, which several tests look at. */
export class Measured {
  #runs: Promise<readonly Run[]> | undefined;
  readonly #scenarios: readonly object[];

  constructor(...scenarios: readonly object[]) {
    this.#scenarios = scenarios;
  }

  /** Measures, unless that is done; and anew after a check that failed, so that its second try is one. */
  async check(judge: (...runs: readonly Run[]) => void): Promise<void> {
    this.#runs ??= labRuns(this.#scenarios, 2);
    try {
      judge(...(await this.#runs));
    } catch (error) {
      this.#runs = undefined;
      throw error;
    }
  }
}
