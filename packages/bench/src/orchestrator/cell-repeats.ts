import type { Benchmark } from '../benchmark/benchmark';
import type { BenchScenario } from '../scenario/bench-scenario';
import { cellKey } from '../schedule/cell-key';
import { enough } from '../schedule/enough';
import type { Cell, Trial } from '../schedule/trial';
import type { Sample } from '../record/sample';

interface Repeats {
  readonly values: number[];
  /** Why it needs no more; undefined while it does. */
  why: string | undefined;
}

/** Counts the repeats of each cell, and knows which need no more of them. */
export class CellRepeats {
  readonly #cells = new Map<string, Repeats>();
  readonly #metrics: ReadonlyMap<string, string>;

  constructor(
    private readonly scenario: Pick<BenchScenario, 'enough'>,
    benchmarks: readonly Benchmark[],
    private readonly seed: number,
  ) {
    this.#metrics = new Map(benchmarks.map(({ name, metrics: [first] }) => [name, first.name]));
  }

  /** @returns why its cell has enough now, when this sample has made the difference */
  add(sample: Sample): string | undefined {
    const { enough: rule } = this.scenario;
    const value = sample.values?.[this.#metrics.get(sample.benchmark) ?? ''];
    if (rule === undefined || value === undefined) return undefined;
    if (sample.status !== 'ok' || sample.purpose !== 'sample') return undefined;
    const cell = this.#of(sample);
    cell.values.push(value);
    if (cell.why !== undefined) return undefined;
    const judged = enough(cell.values, rule, this.seed);
    if (judged.enough) cell.why = judged.why;
    return cell.why;
  }

  /** Whether its cell needs no such trial any more. The interference check's are no repeats. */
  hasEnough(trial: Trial): boolean {
    return trial.purpose === 'sample' && this.#cells.get(cellKey(trial))?.why !== undefined;
  }

  #of(cell: Cell): Repeats {
    const key = cellKey(cell);
    const repeats = this.#cells.get(key) ?? { values: [], why: undefined };
    this.#cells.set(key, repeats);
    return repeats;
  }
}
