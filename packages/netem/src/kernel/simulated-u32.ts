import type { ObservedFilter, ObservedTable, ObservedU32 } from './observed';
import type {
  BpfOperation,
  PrefOperation,
  TableOperation,
  U32Hash,
  U32Handle,
  U32Operation,
} from './operation';

/** What the simulated kernel says when it refuses an operation, in the words of the real one where it has any. */
export class Refusal extends Error {}

interface Node {
  readonly u32: ObservedU32;
  /** Whether its class counts once nothing in a linked table fits. For life: `change` keeps it. */
  readonly terminal: boolean;
}

interface Table {
  readonly id: number | 'root';
  readonly pref: number;
  readonly divisor: number;
  readonly buckets: Map<number, Node[]>;
}

interface Pref {
  readonly protocol: string;
  readonly kind: string;
  readonly root: Table;
  /** Of cls_bpf and of classifiers that are not simulated. */
  readonly others: ObservedFilter[];
}

export type FilterOperation = TableOperation | U32Operation | BpfOperation | PrefOperation;

/** The filters of one qdisc or hook, as cls_u32 and cls_bpf keep them (net/sched/cls_u32.c). */
export class SimulatedFilters {
  readonly #prefs = new Map<number, Pref>();
  readonly #tables = new Map<number, Table>();
  #sorted: readonly Pref[] | undefined;

  constructor(private readonly parent: string) {}

  /** @throws Refusal */
  run(operation: FilterOperation): void {
    this.#sorted = undefined;
    switch (operation.kind) {
      case 'table':
        if (operation.verb === 'add') this.#addTable(operation);
        else this.#deleteTable(operation);
        break;
      case 'u32':
        this.#runU32(operation);
        break;
      case 'bpf':
        this.#runBpf(operation);
        break;
      case 'pref':
        this.#deletePref(operation);
        break;
    }
  }

  get filters(): readonly ObservedFilter[] {
    return [...this.#prefs].flatMap(([pref, { protocol, kind, others, root }]) => [
      ...others,
      ...[root, ...[...this.#tables.values()].filter((table) => table.pref === pref)].flatMap((table) =>
        nodesOf(table).map(({ u32 }) => ({ parent: this.parent, pref, protocol, kind, u32, bpf: undefined })),
      ),
    ]);
  }

  get tables(): readonly ObservedTable[] {
    return [...this.#tables].map(([id, { pref, divisor }]) => ({ parent: this.parent, pref, id, divisor }));
  }

  /** One filter, without a look at the others. */
  find(pref: number, handle: U32Handle): ObservedFilter | undefined {
    const holder = this.#prefs.get(pref);
    const table = handle.table === 'root' ? holder?.root : this.#tables.get(handle.table);
    const node = table && nodeAt(table, handle);
    if (!holder || !node) return undefined;
    return {
      parent: this.parent,
      pref,
      protocol: holder.protocol,
      kind: 'u32',
      u32: node.u32,
      bpf: undefined,
    };
  }

  /** Somebody else has been here: what stood is forgotten, and this stands instead. */
  restore(filters: readonly ObservedFilter[], tables: readonly ObservedTable[]): void {
    const terminal = new Set([...this.#allNodes()].filter((node) => node.terminal).map(({ u32 }) => u32));
    this.#sorted = undefined;
    this.#prefs.clear();
    this.#tables.clear();
    for (const { id, pref, divisor } of tables)
      this.#tables.set(id, { id, pref, divisor, buckets: new Map() });
    for (const filter of filters) this.#restoreOne(filter, terminal);
  }

  #restoreOne(filter: ObservedFilter, terminal: ReadonlySet<ObservedU32>): void {
    const { pref, protocol, kind, u32 } = filter;
    const holder = this.#prefs.get(pref) ?? emptyPref(pref, protocol, kind);
    this.#prefs.set(pref, holder);
    if (!u32) holder.others.push(filter);
    const table = u32 && (u32.handle.table === 'root' ? holder.root : this.#tables.get(u32.handle.table));
    if (table) put(table, { u32, terminal: terminal.has(u32) || u32.flowid !== undefined });
  }

  /** The class that a packet gets, or the device that it is led to. `word` reads four bytes of the network header. */
  classify(
    protocol: string,
    word: (offset: number) => number | undefined,
  ): Pick<ObservedU32, 'flowid' | 'redirect'> | undefined {
    this.#sorted ??= [...this.#prefs].sort(([one], [other]) => one - other).map(([, pref]) => pref);
    for (const pref of this.#sorted) {
      if (pref.protocol !== 'all' && pref.protocol !== protocol) continue;
      const found = this.#walk(pref.root, 0, word);
      if (found) return found;
    }
    return undefined;
  }

  /** Whether a class is named by a filter, and so cannot go. */
  names(classid: string): boolean {
    for (const { u32 } of this.#allNodes()) if (u32.flowid === classid) return true;
    return false;
  }

  #walk(
    table: Table,
    bucket: number,
    word: (offset: number) => number | undefined,
  ): Pick<ObservedU32, 'flowid' | 'redirect'> | undefined {
    for (const { u32, terminal } of table.buckets.get(bucket) ?? []) {
      if (!u32.keys.every(({ value, mask, offset }) => matches(word(offset), value, mask))) continue;
      const next = u32.link === undefined ? undefined : this.#tables.get(u32.link);
      const below = next && this.#walk(next, bucketOf(next, u32.hash, word), word);
      if (below) return below;
      if (terminal) return u32;
    }
    return undefined;
  }

  *#allNodes(): Iterable<Node> {
    for (const { root } of this.#prefs.values()) yield* nodesOf(root);
    for (const table of this.#tables.values()) yield* nodesOf(table);
  }

  #prefFor({ pref, protocol }: FilterOperation, kind: string): Pref {
    const there = this.#prefs.get(pref);
    if (there && (there.protocol !== protocol || there.kind !== kind)) throw new Refusal('Invalid argument');
    const holder = there ?? emptyPref(pref, protocol, kind);
    this.#prefs.set(pref, holder);
    return holder;
  }

  #addTable(operation: TableOperation): void {
    const { pref, table, divisor = 1 } = operation;
    if (this.#tables.has(table)) throw new Refusal('Handle already in use.');
    this.#prefFor(operation, 'u32');
    this.#tables.set(table, { id: table, pref, divisor, buckets: new Map() });
  }

  #deleteTable({ table }: TableOperation): void {
    if (!this.#tables.has(table)) throw new Refusal('No such file or directory');
    for (const { u32 } of this.#allNodes()) {
      if (u32.link === table) throw new Refusal('Can not delete in-use filter.');
    }
    this.#tables.delete(table);
  }

  #deletePref({ pref, protocol }: PrefOperation): void {
    const there = this.#prefs.get(pref);
    if (there?.protocol !== protocol) throw new Refusal('Cannot find specified filter chain.');
    this.#prefs.delete(pref);
    // The tables of a pref outlive it as long as any pref of u32 is left.
    if (![...this.#prefs.values()].some(({ kind }) => kind === 'u32')) this.#tables.clear();
  }

  #runU32(operation: U32Operation): void {
    const { handle, verb, keys, target } = operation;
    const table = this.#tableFor(operation);
    const there = nodeAt(table, handle);
    assertThere(verb === 'add', there);
    if (there) take(table, there);
    if (verb === 'delete') return;
    const before = there?.u32 ?? { ...nowhere, handle, keys };
    const u32 = { ...before, ...pointed(before, target) };
    put(table, { u32, terminal: there?.terminal ?? u32.hash === undefined });
  }

  #tableFor(operation: U32Operation): Table {
    const { handle, verb, target, pref } = operation;
    if (verb === 'add') this.#prefFor(operation, 'u32');
    const table = handle.table === 'root' ? this.#prefs.get(pref)?.root : this.#tables.get(handle.table);
    if (!table) throw new Refusal('Specified hash table not found.');
    if (handle.bucket >= table.divisor) {
      throw new Refusal('Specified hash table buckets exceed configured value.');
    }
    if (target && 'link' in target && !this.#tables.has(target.link)) {
      throw new Refusal('Link hash table not found.');
    }
    return table;
  }

  #runBpf(operation: BpfOperation): void {
    const { verb, handle, program } = operation;
    const { others } = this.#prefFor(operation, 'bpf');
    const index = others.findIndex(({ bpf }) => bpf?.handle === handle);
    if (verb === 'add' && index >= 0) throw new Refusal('File exists');
    if (verb === 'delete' && index < 0) throw new Refusal('No such file or directory');
    if (index >= 0) others.splice(index, 1);
    const { parent, pref, protocol } = operation;
    if (program)
      others.push({ parent, pref, protocol, kind: 'bpf', u32: undefined, bpf: { handle, program } });
    else if (others.length === 0) this.#prefs.delete(pref);
  }
}

const nowhere = { hash: undefined, flowid: undefined, link: undefined, redirect: undefined };

function emptyPref(pref: number, protocol: string, kind: string): Pref {
  return { protocol, kind, root: { id: 'root', pref, divisor: 1, buckets: new Map() }, others: [] };
}

function nodesOf({ buckets }: Table): readonly Node[] {
  return [...buckets.values()].flat();
}

function nodeAt({ buckets }: Table, { bucket, node }: U32Handle): Node | undefined {
  return buckets.get(bucket)?.find(({ u32 }) => u32.handle.node === node);
}

function assertThere(isNew: boolean, there: Node | undefined): void {
  if (isNew && there) throw new Refusal('File exists');
  if (!isNew && !there) {
    throw new Refusal('Need both RTM_NEWTFILTER and NLM_F_CREATE to create a new filter.');
  }
}

function put({ buckets }: Table, node: Node): void {
  const { bucket } = node.u32.handle;
  const there = buckets.get(bucket) ?? [];
  buckets.set(
    bucket,
    [...there, node].sort((one, other) => one.u32.handle.node - other.u32.handle.node),
  );
}

function take({ buckets }: Table, node: Node): void {
  const { bucket } = node.u32.handle;
  const left = (buckets.get(bucket) ?? []).filter((one) => one !== node);
  if (left.length === 0) buckets.delete(bucket);
  else buckets.set(bucket, left);
}

/** A change to a flowid ends a link; one to a link leaves no class to read. */
function pointed(before: ObservedU32, target: U32Operation['target']): Partial<ObservedU32> {
  if (target === undefined) return {};
  if ('flowid' in target) return { flowid: target.flowid, link: undefined };
  if ('link' in target) return { flowid: undefined, link: target.link, hash: target.hash ?? before.hash };
  return { redirect: target.redirect };
}

function matches(word: number | undefined, value: number, mask: number): boolean {
  return word !== undefined && ((word ^ value) & mask) === 0;
}

function bucketOf(
  { divisor }: Table,
  hash: U32Hash | undefined,
  word: (offset: number) => number | undefined,
): number {
  if (!hash || hash.mask === 0) return 0;
  const shift = 31 - Math.clz32(hash.mask & -hash.mask);
  return (((word(hash.offset) ?? 0) & hash.mask) >>> shift) & (divisor - 1);
}
