import type { Observed, ObservedDevice, ObservedFilter } from './observed';
import type { Operation, U32Operation } from './operation';
import { handOver, standingFilters, type StandingFilter, type StandingFilters } from './standing-filters';
import type { FilterRef } from './transport';

/**
 * The u32 filters that these operations have touched, to be read back one by one. Undefined when they have touched
 * something that cannot be: a device, a root qdisc, a hook, a filter of another kind.
 */
export function touchedFilters(operations: readonly Operation[]): readonly FilterRef[] | undefined {
  const refs = new Map<string, FilterRef>();
  for (const operation of operations) {
    if (!isKnowable(operation)) return undefined;
    if (operation.kind === 'u32') refs.set(`${operation.device} ${refText(operation)}`, operation);
  }
  return [...refs.values()];
}

function isKnowable(operation: Operation): boolean {
  switch (operation.kind) {
    case 'link':
    case 'bpf':
      return false;
    case 'qdisc':
      return operation.parent !== 'root' && operation.parent !== 'clsact';
    case 'table':
    case 'u32':
    case 'pref':
      return operation.parent === '1:';
    case 'class':
      return true;
  }
}

/**
 * What is known of filters and tables after these operations, with those that were read back in `found`. The index of
 * `before` goes over to the result.
 */
export function afterOperations(
  before: ObservedDevice,
  operations: readonly Operation[],
  found: readonly (ObservedFilter | undefined)[],
): ObservedDevice {
  const refs = touchedFilters(operations) ?? [];
  const after = (observed: Observed): Observed => {
    const own = operations.filter(({ device }) => device === observed.device);
    if (own.length === 0) return observed;
    const read = found.filter((_, index) => refs[index]?.device === observed.device);
    return afterOn(observed, own, read);
  };
  return { ...before, egress: after(before.egress), ingress: before.ingress && after(before.ingress) };
}

function afterOn(
  observed: Observed,
  operations: readonly Operation[],
  found: readonly (ObservedFilter | undefined)[],
): Observed {
  const index = standingFilters(observed.filters, observed.tables);
  const tables = new Map(observed.tables.map((table) => [table.id, table]));
  const gone = new Set<ObservedFilter>();
  for (const operation of operations) {
    for (const one of removedBy(operation, index)) gone.add(one.observed);
    if (operation.kind !== 'table') continue;
    const { verb, table, divisor = 1, parent, pref } = operation;
    if (verb === 'delete') tables.delete(table);
    else {
      tables.set(table, { parent, pref, id: table, divisor });
      index.addTable({ parent, pref, id: table, divisor });
    }
  }
  const added = found.filter((one) => one !== undefined);
  for (const one of added) index.add(one);
  const leaves = new Set(operations.flatMap(deletedLeaf));
  const filters = observed.filters.filter((one) => !gone.has(one) && !leaves.has(one.parent));
  filters.push(...added);
  handOver(observed.filters, filters);
  return { ...observed, tables: [...tables.values()], filters };
}

/** Those that it has deleted, and those that were read again after it. */
function removedBy(operation: Operation, index: StandingFilters): readonly StandingFilter[] {
  if (operation.kind === 'pref') return index.removePref(operation.pref);
  if (operation.kind === 'table' && operation.verb === 'delete') return index.removeTable(operation.table);
  if (operation.kind !== 'u32') return [];
  const one = index.remove(operation.pref, operation.handle);
  return one ? [one] : [];
}

/** The filters of a leaf go with it. */
function deletedLeaf(operation: Operation): readonly string[] {
  const isGone = operation.kind === 'qdisc' && operation.verb === 'delete';
  return isGone && operation.handle !== undefined ? [operation.handle] : [];
}

function refText({ pref, handle: { table, bucket, node } }: Pick<U32Operation, 'pref' | 'handle'>): string {
  return `${pref} ${table}:${bucket}:${node}`;
}
