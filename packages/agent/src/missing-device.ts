import { isPodlagError } from '@podlag/core';
import type { FaultSet } from './fault-set';

/**
 * Whether a change that the kernel refused is made all the same: faults are taken away from a device that is not there,
 * and that shapes nobody. What is left comes back with it.
 */
export function isDoneWithout(error: unknown, before: FaultSet, after: FaultSet): boolean {
  return isPodlagError(error, 'device-missing') && isRemoval(before, after);
}

/** The same set again is none: it is how a change is asked for once more. */
function isRemoval(before: FaultSet, after: FaultSet): boolean {
  return after.size < before.size && [...after].every(([name, held]) => before.get(name) === held);
}
