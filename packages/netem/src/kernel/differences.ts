import type { QdiscTree, ShapedClass } from '../tree/qdisc-tree';
import { askedOf, type AskedSide } from './asked-side';
import { classidOf, handles, ingressDevice, passQueuePackets } from './handles';
import { hasRate, leafFields } from './leaf-fields';
import type { Observed, ObservedDevice, ObservedU32 } from './observed';
import type { Operation, U32Handle, U32Operation, U32Target } from './operation';
import { planFilters } from './plan-filters';
import { leafName, planLeaves } from './plan-leaves';
import { isRedirected } from './plan-redirect';
import { isOurs, qdiscAt, rootOf, treeOf } from './tree-root';

/** One thing that the kernel has otherwise than asked, for people and machines. */
export interface Difference {
  readonly what: string;
  readonly asked: string;
  readonly observed: string;
}

/** How the kernel is read. */
export interface ReadingSettings {
  readonly netem: boolean;
  readonly timeToleranceSeconds: number;
}

/** So many are listed, and one more says how many are left. */
const most = 100;

/**
 * Everything in which the kernel is not as asked. Empty: what was asked is in force.
 *
 * @param known as of `plan`
 */
export function differences(
  tree: QdiscTree,
  observed: ObservedDevice,
  settings: ReadingSettings,
  known?: QdiscTree,
): readonly Difference[] {
  const found = [
    ...sideDifferences(askedOf(tree, 'egress', known), observed.egress, settings),
    ...(observed.ingress || tree.ingress
      ? sideDifferences(
          askedOf(tree, 'ingress', known),
          observed.ingress ?? { device: ingressDevice(tree.device), ...nothing },
          settings,
        ).map((one) => ({ ...one, what: `ingress ${one.what}` }))
      : []),
    ...linkDifferences(tree, observed),
    ...redirectDifferences(tree, observed),
  ];
  if (found.length <= most) return found;
  const left = found.length - most;
  return [...found.slice(0, most), { what: 'more', asked: 'none', observed: `${left} more differences` }];
}

const nothing = { qdiscs: [], classes: [], tables: [], filters: [] };

function sideDifferences(
  asked: AskedSide,
  observed: Observed,
  settings: ReadingSettings,
): readonly Difference[] {
  const seen = treeOf(observed);
  const { side, layout, known } = asked;
  const filters = planFilters(observed.device, layout, seen, known);
  if (side === undefined) {
    return filters.turns.map((operation) => ({
      what: 'shaping',
      asked: 'none',
      observed: `filter ${describePlace(operation)}`,
    }));
  }
  if (!isOurs(rootOf(observed))) {
    return [{ what: 'root', asked: `htb ${handles.root}`, observed: describeRoot(observed) }];
  }
  return [
    ...passDifferences(seen, settings),
    ...side.classes.flatMap((shaped) => leafDifferences(shaped, seen, settings)),
    ...filterDifferences([...filters.first, ...filters.tables, ...filters.turns, ...filters.last], seen),
  ];
}

function linkDifferences(
  { device, ingress }: QdiscTree,
  { ingressLink }: ObservedDevice,
): readonly Difference[] {
  if (!ingress || !ingressLink) return [];
  const what = `device ${ingressDevice(device)}`;
  return [
    ...(ingressLink.kind === 'ifb' ? [] : [{ what, asked: 'ifb', observed: ingressLink.kind }]),
    ...(ingressLink.up ? [] : [{ what, asked: 'up', observed: 'down' }]),
  ];
}

function redirectDifferences(
  { device, ingress }: QdiscTree,
  { hook }: ObservedDevice,
): readonly Difference[] {
  if (!ingress || isRedirected(device, hook)) return [];
  return [{ what: 'redirect', asked: `all that comes in to ${ingressDevice(device)}`, observed: 'not so' }];
}

function passDifferences(observed: Observed, settings: ReadingSettings): readonly Difference[] {
  const leaf = qdiscAt(observed, handles.passClass);
  const rate = classDifferences(handles.passClass, observed, settings);
  const what = `leaf of ${handles.passClass}`;
  if (leaf?.kind !== 'pfifo') return [...rate, { what, asked: 'pfifo', observed: leaf?.kind ?? 'none' }];
  if (leaf.limit === passQueuePackets) return rate;
  return [...rate, { what, asked: `limit ${passQueuePackets}`, observed: `limit ${leaf.limit}` }];
}

/** The classes of the root only lead to leaves, and slow nobody down. */
function classDifferences(
  classid: string,
  { classes }: Observed,
  { timeToleranceSeconds }: ReadingSettings,
): readonly Difference[] {
  const there = classes.find((one) => one.classid === classid);
  if (there && hasRate(there, undefined, timeToleranceSeconds)) return [];
  const [rate, ceil] = [there?.rateBytesPerSecond ?? 0, there?.ceilBytesPerSecond ?? 0];
  const observed = there ? `rate ${rate * 8}bit ceil ${ceil * 8}bit` : 'none';
  return [{ what: `class ${classid}`, asked: 'rate 100gbit ceil 100gbit', observed }];
}

function leafDifferences(
  shaped: ShapedClass,
  observed: Observed,
  settings: ReadingSettings,
): readonly Difference[] {
  const { netem, timeToleranceSeconds } = settings;
  const classid = classidOf(shaped.minor);
  const leaf = qdiscAt(observed, classid);
  const what = `leaf of ${classid}`;
  if (!netem) {
    const applied = new Map([[leafName(observed.device, classid), shaped.profile]]);
    const missing = planLeaves([shaped], observed, { netem, timeToleranceSeconds, applied });
    if (missing.length === 0) return [];
    const parts = missing.map(({ kind }) => kind).join(', ');
    return [{ what, asked: 'htb', observed: `${leaf?.kind ?? 'none'}, wrong or missing: ${parts}` }];
  }
  const rate = classDifferences(classid, observed, settings);
  if (!leaf?.netem) return [...rate, { what, asked: 'netem', observed: leaf?.kind ?? 'none' }];
  const fields = leafFields(shaped.profile, leaf.netem, timeToleranceSeconds);
  const wrong = fields.filter(([, , , same]) => !same);
  return [
    ...rate,
    ...wrong.map(([field, asked, seen]) => ({
      ...{ what: `${field} of ${classid}`, asked: String(asked), observed: String(seen) },
    })),
  ];
}

/** What would have to be done to a filter says what is wrong with it. */
function filterDifferences(operations: readonly Operation[], { filters }: Observed): readonly Difference[] {
  if (operations.length === 0) return [];
  const standing = new Map(
    filters.flatMap(({ pref, u32 }) => (u32 ? [[refText(pref, u32.handle), u32] as const] : [])),
  );
  return operations.map((operation) => {
    const what = `filter ${describePlace(operation)}`;
    if (operation.kind !== 'u32') {
      const there = operation.verb === 'delete';
      return { what, asked: there ? 'none' : operation.kind, observed: there ? operation.kind : 'none' };
    }
    return { what, ...u32Difference(operation, standing.get(refText(operation.pref, operation.handle))) };
  });
}

function u32Difference(
  operation: U32Operation,
  there: ObservedU32 | undefined,
): Pick<Difference, 'asked' | 'observed'> {
  const keys = describeKeys(operation);
  const asked = operation.target ? `${keys} -> ${describeTarget(operation.target)}` : 'none';
  if (operation.verb === 'add' || there === undefined) return { asked, observed: 'none' };
  const seen = there.link === undefined ? (there.flowid ?? 'nowhere') : `table ${there.link.toString(16)}`;
  return { asked, observed: `${keys} -> ${seen}` };
}

function refText(pref: number, { table, bucket, node }: U32Handle): string {
  return `${pref} ${table}:${bucket}:${node}`;
}

function describePlace(operation: Operation): string {
  if (operation.kind === 'table') return `table ${operation.table.toString(16)}`;
  if (!('pref' in operation)) return operation.kind;
  if (operation.kind !== 'u32' || operation.handle.table === 'root') return `pref ${operation.pref}`;
  const { table, bucket } = operation.handle;
  return `table ${table.toString(16)}:${bucket.toString(16)}`;
}

function describeTarget(target: U32Target): string {
  if ('flowid' in target) return target.flowid;
  return 'link' in target ? `table ${target.link.toString(16)}` : target.redirect;
}

/** As tc prints them. */
function describeKeys({ keys }: Pick<U32Operation, 'keys'>): string {
  const hex = (word: number): string => word.toString(16).padStart(8, '0');
  return keys.map(({ value, mask, offset }) => `${hex(value)}/${hex(mask)} at ${offset}`).join(' ');
}

function describeRoot(observed: Observed): string {
  const root = rootOf(observed);
  return root === undefined ? 'none' : `${root.kind} ${root.handle}`;
}
