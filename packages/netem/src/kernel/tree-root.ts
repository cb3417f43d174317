import { handles, ownersMark } from './handles';
import type { Observed, ObservedQdisc } from './observed';

export function rootOf(observed: Pick<Observed, 'qdiscs'>): ObservedQdisc | undefined {
  return observed.qdiscs.find(({ parent }) => parent === 'root');
}

/** A root qdisc that podlag made: it bears the owner's mark. */
export function isOurs(root: ObservedQdisc | undefined): boolean {
  return root?.kind === 'htb' && root.handle === handles.root && root.directQueueLength === ownersMark;
}

export function qdiscAt(observed: Pick<Observed, 'qdiscs'>, classid: string): ObservedQdisc | undefined {
  return observed.qdiscs.find(({ parent }) => parent === classid);
}

/** What stands on a device whose root is ours; of any other root nothing matters. */
export function treeOf(observed: Observed): Observed {
  if (isOurs(rootOf(observed))) return observed;
  return { ...observed, qdiscs: [], classes: [], tables: [], filters: [] };
}
