import { passMinor, type Exemption, type Side } from '../tree/qdisc-tree';
import { changedRules, type ChangedRules } from '../tree/changed-rules';
import type { AddressRule, Rules, Verdict } from '../tree/rules';
import { exemptKeys } from './exempt-keys';
import { classidOf } from './handles';
import {
  bucketKey,
  identityOf,
  matchAll,
  prefs,
  rootPlace,
  rungOf,
  tablePlace,
  type Place,
  type TableLink,
} from './ladder';
import { addressKeys, peerOffsets, portRuleKeys, type Way } from './match-keys';
import type { U32Hash, U32Key } from './operation';

/** A filter that ought to be there. Its node number is chosen when it is made. */
export interface Entry {
  readonly place: Place;
  /** Unique within the pref or table: `identityOf`. */
  readonly identity: string;
  readonly keys: readonly U32Key[];
  readonly target: EntryTarget;
}

export type EntryTarget =
  | { readonly kind: 'class'; readonly flowid: string }
  | { readonly kind: 'table'; readonly link: number; readonly hash: U32Hash }
  | { readonly kind: 'verdict'; readonly verdict: VerdictTable };

/** What a hash table of one bucket holds: filters by port and protocol, and at the end everything else. */
export interface VerdictTable {
  /** All of it as text: two tables with the same are interchangeable. */
  readonly content: string;
  readonly nodes: readonly VerdictNode[];
}

export interface VerdictNode {
  readonly keys: readonly U32Key[];
  readonly flowid: string;
}

/** A hash table that is to be there, and the filter that leads to it. */
export interface LinkedTable {
  readonly table: number;
  readonly divisor: number;
  readonly link: Entry;
}

/** The tables that some blocks need. */
interface Tables {
  /** By id, those nearer to the root first. */
  readonly tables: ReadonlyMap<number, LinkedTable>;
  /** How many blocks need each table and each pref, by `bucketKey` of the first bucket. */
  readonly needed: ReadonlyMap<number, number>;
}

/** The filters that ought to be in one direction of a device. */
export class Layout implements Tables {
  readonly exemptions: readonly Entry[];
  readonly tables: ReadonlyMap<number, LinkedTable>;
  readonly needed: ReadonlyMap<number, number>;
  readonly #targets: TargetCache;
  #ladder: readonly Entry[] | undefined;

  /** `before`: a layout that differs in little, from which what they share is taken. */
  constructor(
    readonly rules: Rules<number>,
    readonly way: Way,
    readonly exempt: readonly Exemption[],
    before: Layout | undefined,
  ) {
    const near = before?.way === way ? before : undefined;
    this.#targets = new TargetCache(way);
    this.exemptions = near?.exempt === exempt ? near.exemptions : exemptEntries(exempt, way);
    const { tables, needed } = countTables(changedRules(near?.rules, rules), way, near);
    this.tables = tables;
    this.needed = needed;
  }

  /** The filters that lead to the tables. */
  get links(): readonly Entry[] {
    return [...this.tables.values()].map(({ link }) => link);
  }

  /** From the most precise to the widest; everything else, if it is not passed, at the end. */
  get ladder(): readonly Entry[] {
    const { blocks, everybody } = this.rules;
    this.#ladder ??= [...blocks.map((rule) => this.entryOf(rule)), ...everybodyEntry(everybody)];
    return this.#ladder;
  }

  /** The filter for one block. */
  entryOf({ block, verdict }: AddressRule<number>): Entry {
    const { place } = rungOf(block, peerOffsets[this.way]);
    return entry(place, addressKeys(block, this.way), this.#targets.of(verdict, block.family));
  }

  /** Whether some filter stands in the pref itself. */
  usesPref(pref: number): boolean {
    if (pref === prefs.everybody) return this.rules.everybody !== passMinor;
    return (
      this.needed.has(bucketKey(pref, 'root', 0)) || this.exemptions.some(({ place }) => place.pref === pref)
    );
  }
}

const made = new WeakMap<Side, Layout>();

/** The filters for these rules. Linear in the number of blocks that differ from `before`; of the same side made once. */
export function layoutOf(side: Side, way: Way, exemptions: readonly Exemption[], before?: Layout): Layout {
  const known = made.get(side);
  if (known?.way === way && known.exempt === exemptions) return known;
  const layout = new Layout(side.rules, way, exemptions, before);
  made.set(side, layout);
  return layout;
}

/** A side that shapes nothing. */
export const noSide: Side = { classes: [], rules: { blocks: [], everybody: passMinor } };

/** The filter for what is in no block; none where that is passed. */
export function everybodyEntry(everybody: number): readonly Entry[] {
  if (everybody === passMinor) return [];
  return [entry(rootPlace(prefs.everybody, 'all'), matchAll, toClass(everybody))];
}

function countTables({ asked, gone }: ChangedRules, way: Way, before: Tables | undefined): Tables {
  if (before && asked.length === 0 && gone.length === 0) return before;
  const tables = new Map(before?.tables);
  const needed = new Map(before?.needed);
  const count = (key: number, by: 1 | -1): number => {
    const left = (needed.get(key) ?? 0) + by;
    if (left === 0) needed.delete(key);
    else needed.set(key, left);
    return left;
  };
  const need = ({ block }: AddressRule<number>, by: 1 | -1): void => {
    const { place, links } = rungOf(block, peerOffsets[way]);
    if (place.table === 'root') count(bucketKey(place.pref, 'root', 0), by);
    for (const link of links) {
      if (link.from.table === 'root') count(bucketKey(link.from.pref, 'root', 0), by);
      const left = count(bucketKey(prefs.library, link.table, 0), by);
      if (left === 0) tables.delete(link.table);
      else if (!tables.has(link.table)) tables.set(link.table, linked(link));
    }
  };
  for (const rule of asked) need(rule, 1);
  for (const rule of gone) need(rule, -1);
  return { tables, needed };
}

function linked({ table, divisor, from, hash }: TableLink): LinkedTable {
  const target: EntryTarget = { kind: 'table', link: table, hash };
  const identity = identityOf(from.bucket, matchAll, hash);
  return { table, divisor, link: { place: from, identity, keys: matchAll, target } };
}

function exemptEntries(exemptions: readonly Exemption[], way: Way): readonly Entry[] {
  const entries = [entry(rootPlace(prefs.arp, 'arp'), matchAll, toClass(passMinor))];
  for (const { family, keys } of exemptKeys(exemptions, way)) {
    const place = family === 4 ? rootPlace(prefs.exemptIpv4, 'ip') : rootPlace(prefs.exemptIpv6, 'ipv6');
    entries.push(entry(place, keys, toClass(passMinor)));
  }
  // Two exemptions may come to the same filter.
  return [...new Map(entries.map((one) => [`${one.place.pref} ${one.identity}`, one])).values()];
}

function entry(place: Place, keys: readonly U32Key[], target: EntryTarget): Entry {
  return { place, identity: identityOf(place.bucket, keys, undefined), keys, target };
}

function toClass(minor: number): EntryTarget {
  return { kind: 'class', flowid: classidOf(minor) };
}

/** Thousands of blocks share a few verdicts, and the same object stands for the same verdict. */
class TargetCache {
  readonly #known = {
    4: new Map<Verdict<number>, EntryTarget>(),
    6: new Map<Verdict<number>, EntryTarget>(),
  };
  readonly #verdicts = new Map<string, EntryTarget>();

  constructor(private readonly way: Way) {}

  of(verdict: Verdict<number>, family: 4 | 6): EntryTarget {
    const known = this.#known[family].get(verdict);
    if (known) return known;
    const target =
      verdict.portRules.length === 0
        ? toClass(verdict.otherwise)
        : this.#shared(verdictNodes(verdict, family, this.way));
    this.#known[family].set(verdict, target);
    return target;
  }

  #shared(nodes: readonly VerdictNode[]): EntryTarget {
    const content = contentOf(nodes);
    const known = this.#verdicts.get(content);
    if (known) return known;
    const target: EntryTarget = { kind: 'verdict', verdict: { content, nodes } };
    this.#verdicts.set(content, target);
    return target;
  }
}

function verdictNodes(verdict: Verdict<number>, family: 4 | 6, way: Way): readonly VerdictNode[] {
  return [
    ...verdict.portRules.flatMap((rule) =>
      portRuleKeys(rule, family, way).map((keys) => ({ keys, flowid: classidOf(rule.to) })),
    ),
    { keys: matchAll, flowid: classidOf(verdict.otherwise) },
  ];
}

/** The text of a verdict table's filters, in the order in which they are asked. */
export function contentOf(nodes: readonly VerdictNode[]): string {
  return nodes.map(({ keys, flowid }) => `${identityOf(0, keys, undefined)} > ${flowid}`).join('; ');
}

/** Where the filters of a verdict table stand. */
export function verdictPlace(table: number): Place {
  return tablePlace(table, 0);
}
