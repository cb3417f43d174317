import { netemErrors } from '../netem-errors';
import {
  bucketKey,
  filterPlace,
  firstVerdictTable,
  lastVerdictTable,
  mostNodes,
  opennessOf,
  prefs,
  protocolOfPref,
  tablePlace,
  type Place,
} from './ladder';
import { verdictPlace, type Entry, type Layout, type VerdictTable } from './layout';
import { layoutChange, type LayoutChange } from './layout-change';
import type { FilterProtocol, Operation, TableOperation, U32Operation, U32Target } from './operation';
import {
  entryKey,
  standingFilters,
  StandingFilters,
  tablesFit,
  type StandingFilter,
} from './standing-filters';
import type { ObservedFilter, ObservedTable } from './observed';

/** The filter operations of one device, in the order in which they have to run; leaves come after the exemptions. */
export interface FilterPlan {
  /** Strangers go, and what is newly exempt comes. */
  readonly first: readonly Operation[];
  /** Tables and the way to them. No packet changes its class by them. */
  readonly tables: readonly Operation[];
  /** What sends packets elsewhere: new entries from the most precise on, changed ones, and from the widest on those that go. */
  readonly turns: readonly Operation[];
  /** What is not exempt any more: by now the ladder sends it where it belongs. */
  readonly last: readonly Operation[];
}

/** Filters that stand now. */
export interface Standing {
  readonly filters: readonly ObservedFilter[];
  readonly tables: readonly ObservedTable[];
}

/**
 * From the filters that stand to those of the layout, so that at each moment each packet goes where it went or where
 * it will go. Additions come first, the most precise one first: it takes only packets that are to go there. As long as
 * entries are both added and not yet deleted, every packet meets an entry that is the most precise for it before or
 * after; only then may the others change and, the widest first, go.
 *
 * @param known what is taken to stand, but for what differs from the layout: only that is looked at
 * @throws PodlagError `too-many-filters`
 */
export function planFilters(device: string, layout: Layout, standing: Standing, known?: Layout): FilterPlan {
  const index = standingFilters(standing.filters, standing.tables);
  const change = layoutChange(known, layout);
  if (tablesFit(index, change.tables)) return new FilterPlanner(device, layout, index).plan(change);
  // Somebody has made tables in ours' place. Nothing can be kept that stands on them.
  const wipe = [
    ...new Map(
      standing.filters.filter(({ parent }) => parent === '1:').map((one) => [one.pref, one]),
    ).values(),
  ];
  const afresh = new FilterPlanner(device, layout, new StandingFilters()).plan(
    layoutChange(undefined, layout),
  );
  return { ...afresh, first: [...wipe.map((one) => deletePref(device, one)), ...afresh.first] };
}

class FilterPlanner {
  readonly #asked = new Set<string>();
  /** The last node that was given away in each bucket, by `bucketKey`. */
  readonly #lastNodes = new Map<number, number>();
  readonly #verdicts: Map<string, number>;
  readonly #freeTable: () => number;
  readonly #newTables: Operation[] = [];
  readonly #links: Operation[] = [];
  readonly #changes: Operation[] = [];

  constructor(
    private readonly device: string,
    private readonly layout: Layout,
    private readonly standing: StandingFilters,
  ) {
    this.#verdicts = new Map(standing.verdicts);
    this.#freeTable = freeTables(standing);
  }

  plan(change: LayoutChange): FilterPlan {
    const { standing, device } = this;
    const exempt = this.#bring(change.exemptions);
    const exemptChanges = this.#changes.splice(0);
    for (const { table, divisor } of change.tables) {
      if (!standing.tables.has(table)) this.#newTables.push(this.#addTable(table, divisor));
      // What is left in a table from an earlier use has to go before something leads there again.
      else if (standing.orphans.has(table)) this.#newTables.push(...this.#empty(table));
    }
    this.#links.push(...this.#bring(change.tables.map(({ link }) => link)));
    const added = this.#bring(change.ladder);
    const { gone, unexempt } = this.#deletions(change);
    return {
      first: [...standing.strangePrefs.map((one) => deletePref(device, one)), ...exempt, ...exemptChanges],
      tables: [...this.#newTables, ...this.#links],
      turns: [...added, ...this.#changes, ...gone],
      last: unexempt,
    };
  }

  /** The operations that add what is missing; what has another target is noted in `#changes`. */
  #bring(entries: readonly Entry[]): U32Operation[] {
    const added: U32Operation[] = [];
    for (const entry of entries) {
      const { pref, table } = entry.place;
      const key = entryKey(pref, table, entry.identity);
      this.#asked.add(key);
      const there = this.standing.at(key);
      const target = this.#targetOf(entry);
      if (there === undefined) added.push(this.#add(entry.place, entry.keys, target));
      else if (!leadsTo(there, target)) this.#changes.push(this.#change(entry, there, target));
    }
    return added;
  }

  #targetOf({ target }: Entry): U32Target {
    if (target.kind === 'class') return { flowid: target.flowid };
    if (target.kind === 'table') return { link: target.link, hash: target.hash };
    return { link: this.#verdictTable(target.verdict), hash: undefined };
  }

  /** A table with this content: one that stands, or a new one. It is never changed once something leads to it. */
  #verdictTable({ content, nodes }: VerdictTable): number {
    const known = this.#verdicts.get(content);
    if (known !== undefined) return known;
    const table = this.#freeTable();
    this.#verdicts.set(content, table);
    if (nodes.length > mostNodes) {
      throw tooMany(`${nodes.length} port filters for one block of addresses; the kernel takes ${mostNodes}`);
    }
    this.#newTables.push(this.#addTable(table, 1));
    nodes.forEach(({ keys, flowid }, index) =>
      this.#newTables.push({
        ...filterPlace(this.device, verdictPlace(table)),
        kind: 'u32',
        verb: 'add',
        handle: { table, bucket: 0, node: index + 1 },
        keys,
        target: { flowid },
      }),
    );
    return table;
  }

  #add(place: Place, keys: U32Operation['keys'], target: U32Target): U32Operation {
    const { table, bucket } = place;
    const handle = { table, bucket, node: this.#freeNode(place) };
    return { ...filterPlace(this.device, place), kind: 'u32', verb: 'add', handle, keys, target };
  }

  #change({ place, keys }: Entry, { u32 }: StandingFilter, target: U32Target): U32Operation {
    return {
      ...filterPlace(this.device, place),
      kind: 'u32',
      verb: 'change',
      handle: u32.handle,
      keys,
      target,
    };
  }

  /** What stands goes only after this is added. */
  #freeNode({ pref, table, bucket }: Place): number {
    const key = bucketKey(pref, table, bucket);
    let node = (this.#lastNodes.get(key) ?? 0) + 1;
    while (this.standing.isTaken(pref, { table, bucket, node })) node += 1;
    if (node > mostNodes) throw tooMany(`more than ${mostNodes} addresses with the same last bytes`);
    this.#lastNodes.set(key, node);
    return node;
  }

  /** What stands and is not asked for, from the widest to the most precise. */
  #deletions(change: LayoutChange): {
    readonly gone: readonly Operation[];
    readonly unexempt: readonly Operation[];
  } {
    const doomed: Doomed = { prefs: new Map(), singles: [] };
    for (const one of change.gone(this.standing, this.#asked)) this.#doom(one, doomed);
    for (const one of this.standing.doubles) this.#doom(one, doomed);
    const all = [...doomed.prefs.values(), ...doomed.singles].sort(
      (one, other) => other.openness - one.openness,
    );
    return {
      gone: all.filter(({ openness }) => openness >= 0).map(({ operation }) => operation),
      unexempt: all.filter(({ openness }) => openness < 0).map(({ operation }) => operation),
    };
  }

  /** A level that is not needed any more goes at once, and what is in a table goes with the table. */
  #doom(one: StandingFilter, doomed: Doomed): void {
    const { pref, u32 } = one;
    const { table } = u32.handle;
    if (table !== 'root' && !this.layout.tables.has(table)) return;
    const openness = opennessOf({ pref, table });
    if (table !== 'root' || this.layout.usesPref(pref) || pref === prefs.library) {
      doomed.singles.push({ openness, operation: this.#delete(one) });
      return;
    }
    const protocol = protocolOfPref(pref) ?? 'all';
    doomed.prefs.set(pref, { openness, operation: deletePref(this.device, { pref, protocol }) });
  }

  #empty(table: number): readonly U32Operation[] {
    const filters = this.standing.tables.get(table)?.filters ?? [];
    return [...filters].map((one) => this.#delete(one));
  }

  #addTable(table: number, divisor: number): TableOperation {
    return { ...filterPlace(this.device, tablePlace(table, 0)), kind: 'table', verb: 'add', table, divisor };
  }

  #delete({ pref, u32: { handle, keys } }: StandingFilter): U32Operation {
    const place = filterPlace(this.device, { pref, protocol: protocolOfPref(pref) ?? 'all' });
    return { ...place, kind: 'u32', verb: 'delete', handle, keys, target: undefined };
  }
}

/** What goes: whole prefs, and single filters. */
interface Doomed {
  readonly prefs: Map<number, Deletion>;
  readonly singles: Deletion[];
}

interface Deletion {
  readonly openness: number;
  readonly operation: Operation;
}

/** True when this filter already sends packets there. A link counts before a flowid that was there earlier. */
export function leadsTo({ u32 }: StandingFilter, target: U32Target): boolean {
  if ('flowid' in target) return u32.link === undefined && u32.flowid === target.flowid;
  return 'link' in target && u32.link === target.link;
}

function freeTables(standing: StandingFilters): () => number {
  let next = firstVerdictTable;
  return () => {
    while (standing.tables.has(next)) next += 1;
    if (next > lastVerdictTable) {
      const most = lastVerdictTable - firstVerdictTable + 1;
      throw netemErrors.error(
        'too-many-filters',
        `more than ${most} different combinations of ports and protocols at once; during a change those of before count too`,
        { hint: twoSteps },
      );
    }
    next += 1;
    return next - 1;
  };
}

const twoSteps =
  'Name fewer different ports and ranges, or delete the old fault first and make the new one then, or change it in two steps.';

function tooMany(detail: string): Error {
  return netemErrors.error('too-many-filters', detail);
}

function deletePref(device: string, { pref, protocol }: { pref: number; protocol: string }): Operation {
  return { device, parent: '1:', pref, protocol: protocol as FilterProtocol, kind: 'pref', verb: 'delete' };
}
