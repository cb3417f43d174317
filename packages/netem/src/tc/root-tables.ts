import type { FilterPlace, Operation } from '../kernel/operation';
import { isPrefRemoval, needsRootTable, placeOf } from '../kernel/stretches';
import type { FilterRef } from '../kernel/transport';
import { firstRootTable } from './filter-output';
import type { BatchResult } from './tc-batch';
import { tcCommand, type TcCommand } from './tc-command';
import { filterWords } from './words';

/**
 * The kernel gives the root table of each pref a number of its own, from 800: on, and takes no other name for it in a
 * change or a removal. Looked up once for each pref, and forgotten when the pref goes.
 */
export class RootTables {
  readonly #ids = new Map<string, number>();

  /**
   * `askJson` is not the child that lists filters: once asked for one pref, a tc leaves that pref out of all that it
   * prints of it later (tc_filter.c, filter_prio).
   */
  constructor(private readonly askJson: (command: TcCommand) => Promise<BatchResult>) {}

  /** Undefined where none is needed, and where there is no such pref. */
  async idFor(wanted: Operation | FilterRef): Promise<number | undefined> {
    if (isPrefRemoval(wanted)) this.#ids.delete(placeOf(wanted));
    return needsRootTable(wanted) ? this.#lookUp(wanted) : undefined;
  }

  async #lookUp(place: FilterPlace): Promise<number | undefined> {
    const known = this.#ids.get(placeOf(place));
    if (known !== undefined) return known;
    const { stdout } = await this.askJson(tcCommand(...filterWords('show', place)));
    const id = rootTableIn(stdout);
    if (id !== undefined) this.#ids.set(placeOf(place), id);
    return id;
  }
}

/** Out of the listing of one pref. */
function rootTableIn(json: string): number | undefined {
  return [...json.matchAll(/"fh":"([0-9a-f]+):"/g)]
    .map(([, id = '']) => Number.parseInt(id, 16))
    .find((id) => id >= firstRootTable);
}
