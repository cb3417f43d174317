import { parseFault, type Fault } from '@podlag/core';

/** A fault by its document, for this package's tests. */
export function fault(document: Record<string, unknown>, name = 'test'): Fault {
  return parseFault(document, name);
}
