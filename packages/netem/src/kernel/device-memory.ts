import { changedRules } from '../tree/changed-rules';
import { profilesEqual } from '../tree/make-tree';
import type { QdiscTree, Side } from '../tree/qdisc-tree';
import type { Observed, ObservedDevice } from './observed';
import type { ObservedQdiscs } from './transport';

/** A device as it is taken to be. */
export interface Look {
  readonly observed: ObservedDevice;
  /** The tree whose filters stand there; undefined where that has not been found out. */
  readonly known: QdiscTree | undefined;
}

/** How many filters a device has, both ways. */
export function filtersOn({ egress, ingress }: ObservedDevice): number {
  return egress.filters.length + (ingress?.filters.length ?? 0);
}

/** How many blocks of addresses a tree tells apart, both ways. */
export function blocksOf({ egress, ingress }: QdiscTree): number {
  return (egress?.rules.blocks.length ?? 0) + (ingress?.rules.blocks.length ?? 0);
}

/** Whether the same classes stand for the same packets in both, and some leaf has other numbers. */
export function differInLeavesOnly(one: QdiscTree, other: QdiscTree): boolean {
  if (one.exemptions !== other.exemptions) return false;
  const sides = [
    [one.egress, other.egress],
    [one.ingress, other.ingress],
  ] as const;
  return sides.every(([a, b]) => isSameShape(a, b)) && sides.some(([a, b]) => !hasSameProfiles(a, b));
}

function isSameShape(one: Side | undefined, other: Side | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  const { asked, gone } = changedRules(one.rules, other.rules);
  return (
    one.rules.everybody === other.rules.everybody &&
    asked.length + gone.length === 0 &&
    one.classes.length === other.classes.length &&
    one.classes.every(({ minor }, index) => other.classes[index]?.minor === minor)
  );
}

function hasSameProfiles(one: Side | undefined, other: Side | undefined): boolean {
  return (one?.classes ?? []).every(({ profile }, index) => {
    const there = other?.classes[index];
    return there !== undefined && profilesEqual(profile, there.profile);
  });
}

/** Whether the same qdiscs and classes stand at the same places, whatever their numbers. */
export function sameQdiscs(one: ObservedDevice, other: ObservedDevice): boolean {
  return skeleton(one.egress) === skeleton(other.egress) && skeleton(one.ingress) === skeleton(other.ingress);
}

function skeleton(seen: ObservedQdiscs | Observed | undefined): string {
  if (seen === undefined) return '';
  const names = [
    ...seen.qdiscs.map(({ kind, handle, parent }) => `${kind} ${handle} ${parent}`),
    ...seen.classes.map(({ classid }) => classid),
  ];
  return names.sort().join();
}
