import type { FilterPlace, Operation, PrefOperation } from './operation';
import type { FilterRef } from './transport';

/**
 * Cut where the next operation cannot be said before those ahead of it are done: a link changes what a device's name
 * stands for, and a root table that is made on the way has no number yet. No stretch is longer than `longest`.
 */
export function stretchesOf(
  operations: readonly Operation[],
  longest: number,
): readonly (readonly Operation[])[] {
  const stretches: Operation[][] = [];
  const renumbered = new Set<string>();
  for (const operation of operations) {
    const latest = stretches.at(-1);
    if (latest && latest.length < longest && goTogether(latest, operation, renumbered)) {
      latest.push(operation);
    } else {
      stretches.push([operation]);
      renumbered.clear();
    }
    if (renumbers(operation)) renumbered.add(placeOf(operation));
  }
  return stretches;
}

function goTogether(
  [first]: readonly Operation[],
  next: Operation,
  renumbered: ReadonlySet<string>,
): boolean {
  if (first?.kind === 'link' || next.kind === 'link') return false;
  return !(needsRootTable(next) && renumbered.has(placeOf(next)));
}

/** A filter of a root table that is there: what is new is put there without that table's number. */
export function needsRootTable<T extends Operation | FilterRef>(wanted: T): wanted is T & FilterRef {
  if (!('handle' in wanted) || typeof wanted.handle !== 'object') return false;
  const made = 'verb' in wanted && wanted.verb === 'add';
  return !made && wanted.handle.table === 'root';
}

function renumbers(operation: Operation): operation is Operation & FilterPlace {
  return isPrefRemoval(operation) || (operation.kind === 'u32' && operation.verb === 'add');
}

/** The root table goes with its pref. */
export function isPrefRemoval(wanted: Operation | FilterRef): wanted is PrefOperation {
  return 'kind' in wanted && wanted.kind === 'pref';
}

/** The pref as text. */
export function placeOf({ device, parent, pref }: FilterPlace): string {
  return `${device} ${parent} ${pref}`;
}
