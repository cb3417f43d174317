import { handles } from './handles';
import { bucketKey, firstVerdictTable, identityOf, lastVerdictTable, prefs, protocolOfPref } from './ladder';
import { contentOf } from './layout';
import type { ObservedFilter, ObservedTable, ObservedU32 } from './observed';
import type { U32Handle } from './operation';
import { parentsFirst, reachable } from './reachable';

/** A filter of ours, or one that stands where ours do. */
export interface StandingFilter {
  readonly pref: number;
  readonly u32: ObservedU32;
  readonly identity: string;
  /** As it was read. */
  readonly observed: ObservedFilter;
}

/** Another's pref, or ours with another classifier or protocol in it. */
export interface StrangePref {
  readonly pref: number;
  readonly protocol: string;
}

export interface StandingTable {
  readonly id: number;
  readonly pref: number;
  readonly divisor: number;
  readonly filters: ReadonlySet<StandingFilter>;
  /** Those of them that lead to other tables. */
  readonly leading: ReadonlySet<StandingFilter>;
}

interface FilledTable extends StandingTable {
  readonly filters: Set<StandingFilter>;
  readonly leading: Set<StandingFilter>;
}

/** A filter's pref or table, and its identity there. */
export function entryKey(pref: number, table: number | 'root', identity: string): string {
  return table === 'root' ? `p${pref} ${identity}` : `t${table} ${identity}`;
}

/**
 * The filters of a root as they are, so that each question about them is one look into a map. It grows and shrinks with
 * what is read: an index of thousands is not made anew for one that has changed.
 */
export class StandingFilters {
  readonly #entries = new Map<string, StandingFilter>();
  readonly #doubles = new Set<StandingFilter>();
  readonly #byHandle = new Map<number, StandingFilter>();
  readonly #roots = new Set<StandingFilter>();
  readonly #strangePrefs = new Map<number, StrangePref>();
  readonly #tables = new Map<number, FilledTable>();
  #orphans: ReadonlySet<number> | undefined;
  #verdicts: ReadonlyMap<string, number> | undefined;

  /** By id. */
  get tables(): ReadonlyMap<number, StandingTable> {
    return this.#tables;
  }

  get strangePrefs(): readonly StrangePref[] {
    return [...this.#strangePrefs.values()];
  }

  /**
   * Tables that no packet reaches, each before those that it leads to. The kernel keeps a table for a moment after the
   * last filter that led to it (an RCU grace period), so it cannot be deleted in the same breath.
   */
  get orphans(): ReadonlySet<number> {
    if (this.#orphans) return this.#orphans;
    const reached = reachable(this.#roots, this.#tables);
    const left = [...this.#tables.values()].filter(({ id }) => !reached.has(id));
    return (this.#orphans = new Set(parentsFirst(left)));
  }

  /** Verdict tables by what they hold, whether or not something leads to them. */
  get verdicts(): ReadonlyMap<string, number> {
    this.#verdicts ??= new Map(
      [...this.#tables.values()].filter(isVerdict).map((table) => [contentOfTable(table), table.id]),
    );
    return this.#verdicts;
  }

  /** By `entryKey`, of several that are the same the first. What no packet reaches does not count. */
  at(key: string): StandingFilter | undefined {
    const one = this.#entries.get(key);
    return one && this.#isReached(one) ? one : undefined;
  }

  /** All that `at` finds, but for these. */
  *except(keys: ReadonlySet<string>): Iterable<StandingFilter> {
    for (const [key, one] of this.#entries) if (!keys.has(key) && this.#isReached(one)) yield one;
  }

  /** The rest of those that are the same. */
  get doubles(): readonly StandingFilter[] {
    return [...this.#doubles].filter((one) => this.#isReached(one));
  }

  isTaken(pref: number, handle: U32Handle): boolean {
    return this.#byHandle.has(handleKey(pref, handle));
  }

  addTable({ parent, id, pref, divisor }: ObservedTable): void {
    if (parent !== handles.root || id >= firstRootTable || this.#tables.has(id)) return;
    this.#tables.set(id, { id, pref, divisor, filters: new Set(), leading: new Set() });
    this.#unknown();
  }

  /** With what is in it; returns that. */
  removeTable(id: number): readonly StandingFilter[] {
    const filters = [...(this.#tables.get(id)?.filters ?? [])];
    for (const one of filters) this.#take(one);
    this.#tables.delete(id);
    this.#unknown();
    return filters;
  }

  /** What a pref has of its own; returns that. */
  removePref(pref: number): readonly StandingFilter[] {
    const filters = [...this.#roots].filter((one) => one.pref === pref);
    for (const one of filters) this.#take(one);
    this.#strangePrefs.delete(pref);
    return filters;
  }

  add(observed: ObservedFilter): void {
    const { parent, pref, protocol, kind, u32 } = observed;
    if (parent !== handles.root) return;
    if (protocolOfPref(pref) !== protocol || kind !== 'u32') this.#strangePrefs.set(pref, { pref, protocol });
    else if (u32) this.#put({ pref, u32, observed, identity: identityOfStanding(u32) });
  }

  remove(pref: number, handle: U32Handle): StandingFilter | undefined {
    const one = this.#byHandle.get(handleKey(pref, handle));
    if (one) this.#take(one);
    return one;
  }

  #put(one: StandingFilter): void {
    const { table: id } = one.u32.handle;
    const table = id === 'root' ? undefined : this.#tables.get(id);
    if (id !== 'root' && table === undefined) return;
    this.#byHandle.set(handleKey(one.pref, one.u32.handle), one);
    (table?.filters ?? this.#roots).add(one);
    if (one.u32.link !== undefined) table?.leading.add(one);
    this.#changed(one, table);
    // Of a verdict table the whole counts, not its filters one by one.
    if (!table || !isVerdict(table)) this.#putEntry(one);
  }

  #putEntry(one: StandingFilter): void {
    const key = keyOf(one);
    if (this.#entries.has(key)) this.#doubles.add(one);
    else this.#entries.set(key, one);
  }

  #take(one: StandingFilter): void {
    const { table: id } = one.u32.handle;
    const table = id === 'root' ? undefined : this.#tables.get(id);
    this.#byHandle.delete(handleKey(one.pref, one.u32.handle));
    (table?.filters ?? this.#roots).delete(one);
    table?.leading.delete(one);
    this.#changed(one, table);
    if (this.#doubles.delete(one)) return;
    const key = keyOf(one);
    if (this.#entries.get(key) !== one) return;
    this.#entries.delete(key);
    const next = [...this.#doubles].find((other) => keyOf(other) === key);
    if (next === undefined) return;
    this.#doubles.delete(next);
    this.#entries.set(key, next);
  }

  #isReached({ u32: { handle } }: StandingFilter): boolean {
    return handle.table === 'root' || !this.orphans.has(handle.table);
  }

  #changed({ u32: { link } }: StandingFilter, table: StandingTable | undefined): void {
    if (link !== undefined) this.#orphans = undefined;
    if (table && isVerdict(table)) this.#verdicts = undefined;
  }

  #unknown(): void {
    this.#orphans = undefined;
    this.#verdicts = undefined;
  }
}

/** From here on the kernel numbers the tables that it makes for each pref by itself. */
const firstRootTable = 0x800;

const indexes = new WeakMap<readonly ObservedFilter[], StandingFilters>();

/** An index of these filters, made once for each list. */
export function standingFilters(
  filters: readonly ObservedFilter[],
  tables: readonly ObservedTable[],
): StandingFilters {
  const known = indexes.get(filters);
  if (known) return known;
  const made = new StandingFilters();
  for (const table of tables) made.addTable(table);
  for (const filter of filters) made.add(filter);
  indexes.set(filters, made);
  return made;
}

/** The index of one list becomes that of another, for which it has been brought up to date. */
export function handOver(from: readonly ObservedFilter[], to: readonly ObservedFilter[]): void {
  const known = indexes.get(from);
  indexes.delete(from);
  if (known) indexes.set(to, known);
}

function keyOf({ pref, u32, identity }: StandingFilter): string {
  return entryKey(pref, u32.handle.table, identity);
}

function handleKey(pref: number, { table, bucket, node }: U32Handle): number {
  return bucketKey(pref, table, bucket) * 0x1000 + node;
}

/** A filter with an action is none of ours: a change of its class would leave the action. */
function identityOfStanding({ handle, keys, hash, redirect }: ObservedU32): string {
  const identity = identityOf(handle.bucket, keys, hash);
  return redirect === undefined ? identity : `${identity} redirect`;
}

function isVerdict({ id }: StandingTable): boolean {
  return id >= firstVerdictTable && id <= lastVerdictTable;
}

function contentOfTable({ pref, divisor, filters, leading }: StandingTable): string {
  const ordered = [...filters].sort((one, other) => one.u32.handle.node - other.u32.handle.node);
  const odd =
    pref !== prefs.library ||
    divisor !== 1 ||
    leading.size > 0 ||
    ordered.some(({ u32 }) => u32.hash !== undefined);
  if (odd) return 'not of ours';
  return contentOf(ordered.map(({ u32 }) => ({ keys: u32.keys, flowid: u32.flowid ?? 'nowhere' })));
}

/** Whether these tables can serve this tree: one of ours with other buckets, or of another pref, cannot be mended. */
export function tablesFit(
  { tables }: StandingFilters,
  asked: Iterable<{ readonly table: number; readonly divisor: number }>,
): boolean {
  for (const { table: id, divisor } of asked) {
    const table = tables.get(id);
    if (table && (table.divisor !== divisor || table.pref !== prefs.library)) return false;
  }
  return true;
}
