import type { QdiscTree, Side } from '../tree/qdisc-tree';
import { handles, classidOf, ingressDevice, minorOf } from './handles';
import type { Observed, ObservedDevice } from './observed';
import type { Operation } from './operation';
import { filterPlace } from './ladder';
import { verdictPlace } from './layout';
import { qdisc } from './plan-leaves';
import { standingFilters } from './standing-filters';
import { planHookRemoval, redirectsOf } from './plan-redirect';
import { isOurs, qdiscAt, rootOf } from './tree-root';

export interface Tidying {
  readonly operations: readonly Operation[];
  /** Something has to stay for now: packets are in it, or another operation comes first. */
  readonly waiting: boolean;
}

const nothing: Tidying = { operations: [], waiting: false };

/**
 * What the tree does not need and what can go now: with `force` also what holds packets. To be asked again, after
 * another look, until it has nothing to say: the IFB goes a step after the redirect, so that what was on its way has
 * come through.
 */
export function planTidy(tree: QdiscTree, observed: ObservedDevice, force: boolean): Tidying {
  const parts = [tidySide(tree.egress, observed.egress, force), tidyIngress(tree, observed, force)];
  return {
    operations: parts.flatMap(({ operations }) => operations),
    waiting: parts.some(({ waiting }) => waiting),
  };
}

function tidySide(side: Side | undefined, observed: Observed, force: boolean): Tidying {
  if (!isOurs(rootOf(observed))) return nothing;
  if (side) return tidyClasses(side, observed, force);
  if (isBusy(observed) && !force) return { operations: [], waiting: true };
  const root = qdisc(observed.device, 'delete', { parent: 'root', handle: undefined, spec: undefined });
  return { operations: [root], waiting: false };
}

function tidyIngress(tree: QdiscTree, observed: ObservedDevice, force: boolean): Tidying {
  const { ingress, hook } = observed;
  if (tree.ingress) return ingress ? tidyClasses(tree.ingress, ingress, force) : nothing;
  const led = redirectsOf(hook).length > 0;
  const ours = isOurIfb(observed);
  if (!led && !ours) return nothing;
  if (ingress && isBusy(ingress) && !force) return { operations: [], waiting: true };
  if (led) return { operations: planHookRemoval(tree.device, hook), waiting: ours };
  return {
    operations: [{ kind: 'link', verb: 'delete', device: ingressDevice(tree.device) }],
    waiting: false,
  };
}

/** What is no IFB was made by somebody else, whatever stands on it. */
function isOurIfb({ ingress, ingressLink }: ObservedDevice): boolean {
  return ingress !== undefined && ingressLink?.kind === 'ifb' && isOurs(rootOf(ingress));
}

/** Packets in a leaf of a class that shapes. The pass queue is emptied as fast as the device sends. */
function isBusy({ qdiscs }: Observed): boolean {
  return qdiscs.some(
    ({ parent, counters }) =>
      parent !== 'root' && parent !== handles.passClass && counters.backlogPackets > 0,
  );
}

function tidyClasses({ classes }: Side, observed: Observed, force: boolean): Tidying {
  if (!isOurs(rootOf(observed))) return nothing;
  const parts = [uselessTables(observed), uselessClasses(classes, observed, force)];
  return {
    operations: parts.flatMap(({ operations }) => operations),
    waiting: parts.some(({ waiting }) => waiting),
  };
}

function uselessTables({ device, filters, tables }: Observed): Tidying {
  const { orphans } = standingFilters(filters, tables);
  const place = filterPlace(device, verdictPlace(0));
  const operations = [...orphans].map((table): Operation => {
    return { ...place, kind: 'table', verb: 'delete', table, divisor: undefined };
  });
  return { operations, waiting: false };
}

function uselessClasses(classes: Side['classes'], observed: Observed, force: boolean): Tidying {
  const needed = new Set([handles.passClass, ...classes.map(({ minor }) => classidOf(minor))]);
  const useless = observed.classes.filter(
    ({ classid }) => !Number.isNaN(minorOf(classid)) && !needed.has(classid),
  );
  if (useless.length === 0) return nothing;
  const used = new Set(observed.filters.map(({ u32 }) => u32?.flowid));
  // A class that a filter still names cannot be deleted, and a busy leaf would drop what it holds.
  const free = useless.filter(
    ({ classid }) => !used.has(classid) && (force || !holdsPackets(observed, classid)),
  );
  return {
    operations: free.flatMap(({ classid }) => removeClass(observed, classid)),
    waiting: free.length < useless.length,
  };
}

/** In the leaf itself, and in what is nested in it. */
function holdsPackets({ qdiscs }: Observed, classid: string): boolean {
  const inner = `${classid.slice(2)}:1`;
  return qdiscs.some(
    ({ parent, counters }) => (parent === classid || parent === inner) && counters.backlogPackets > 0,
  );
}

function removeClass(observed: Observed, classid: string): readonly Operation[] {
  const { device } = observed;
  const leaf = qdiscAt(observed, classid);
  const removeLeaf =
    leaf && leaf.handle !== '0:'
      ? [qdisc(device, 'delete', { parent: classid, handle: leaf.handle, spec: undefined })]
      : [];
  return [
    ...removeLeaf,
    { kind: 'class', verb: 'delete', device, parent: handles.root, classid, rate: undefined },
  ];
}
