import { parseFault, type Fault } from '@podlag/core';
import { FakeDriver } from './fake-driver';
import type { Observed } from './observed';
import type { QdiscTree } from './qdisc-tree';
import { compose } from './compose';

/** Short ways to say things in this package's tests. */

export function fault(document: Record<string, unknown>, name = 'test'): Fault {
  return parseFault(document, name);
}

/** The tree for these fault documents on eth0; none: a tree that shapes nothing. */
export function treeOf(...documents: Record<string, unknown>[]): QdiscTree {
  const faults = documents.map((document, index) => fault(document, `fault-${index}`));
  return { device: 'eth0', agentPort: 2332, profile: faults.length === 0 ? undefined : compose(faults) };
}

/** A device as the kernel shows it after the tree was applied. */
export async function observedAfter(tree: QdiscTree): Promise<Observed> {
  return (await new FakeDriver().apply(tree)).observed;
}
