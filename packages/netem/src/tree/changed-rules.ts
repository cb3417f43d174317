import { compareBlocks } from './blocks';
import type { AddressRule, Rules, Verdict } from './rules';

/** What of one set of rules another has not, each in the order of its rules. A block that changes is in both. */
export interface ChangedRules {
  readonly asked: readonly AddressRule<number>[];
  readonly gone: readonly AddressRule<number>[];
}

/**
 * From `before`, or from nothing, to `after`. Both are in the same order, so one walk along both finds it. Rules in
 * another order are found to have changed more than they have, never less.
 */
export function changedRules(before: Rules<number> | undefined, after: Rules<number>): ChangedRules {
  if (before === undefined) return { asked: after.blocks, gone: [] };
  if (before.blocks === after.blocks) return { asked: [], gone: [] };
  const asked: AddressRule<number>[] = [];
  const gone: AddressRule<number>[] = [];
  const equal = equalVerdicts((to: number) => to);
  walk(before.blocks, after.blocks, (old, rule) => {
    if (old === rule || (old && rule && equal(old.verdict, rule.verdict))) return;
    if (rule) asked.push(rule);
    if (old) gone.push(old);
  });
  return { asked, gone };
}

/** Equal rules become the same objects, so that the next comparison is one look at each. */
export function withSharedRules(before: Rules<number>, after: Rules<number>): Rules<number> {
  const blocks: AddressRule<number>[] = [];
  const equal = equalVerdicts((to: number) => to);
  let differs = before.everybody !== after.everybody;
  walk(before.blocks, after.blocks, (old, rule) => {
    const isSame = old !== undefined && rule !== undefined && equal(old.verdict, rule.verdict);
    differs ||= !isSame;
    if (rule) blocks.push(isSame ? old : rule);
  });
  return differs ? { blocks, everybody: after.everybody } : before;
}

/** Whether both are the same, when the destinations of `other` are told as `rename` tells them. */
export function rulesEqual<A, B>(one: Rules<A>, other: Rules<B>, rename: (to: B) => A): boolean {
  if (one.blocks.length !== other.blocks.length || one.everybody !== rename(other.everybody)) return false;
  const equal = equalVerdicts(rename);
  return one.blocks.every((rule, index) => {
    const there = other.blocks[index];
    return there !== undefined && orderOf(rule, there) === 0 && equal(rule.verdict, there.verdict);
  });
}

/** Visits the rules of the same block together, and by itself what only one has. */
function walk(
  before: Rules<number>['blocks'],
  after: Rules<number>['blocks'],
  visit: (old: AddressRule<number> | undefined, rule: AddressRule<number> | undefined) => void,
): void {
  let [at, next] = [0, 0];
  while (at < before.length || next < after.length) {
    const old = before[at];
    const rule = after[next];
    const order = orderOf(old, rule);
    if (order <= 0) at += 1;
    if (order >= 0) next += 1;
    visit(order <= 0 ? old : undefined, order >= 0 ? rule : undefined);
  }
}

/** As `longestFirst` orders them. */
function orderOf(old: AddressRule<unknown> | undefined, rule: AddressRule<unknown> | undefined): number {
  if (old === rule) return 0;
  if (old === undefined || rule === undefined) return old === undefined ? 1 : -1;
  const shorter = rule.block.prefixLength - old.block.prefixLength;
  return shorter === 0 ? compareBlocks(old.block, rule.block) : shorter;
}

/** Thousands of blocks share a few verdicts: each pair is compared once. */
function equalVerdicts<A, B>(rename: (to: B) => A): (one: Verdict<A>, other: Verdict<B>) => boolean {
  const known = new Map<Verdict<A>, Map<Verdict<B>, boolean>>();
  return (one, other) => {
    const ofOne = known.get(one) ?? new Map<Verdict<B>, boolean>();
    known.set(one, ofOne);
    const equal = ofOne.get(other) ?? isSameVerdict(one, other, rename);
    ofOne.set(other, equal);
    return equal;
  };
}

function isSameVerdict<A, B>(one: Verdict<A>, other: Verdict<B>, rename: (to: B) => A): boolean {
  return (
    one.otherwise === rename(other.otherwise) &&
    one.portRules.length === other.portRules.length &&
    one.portRules.every(({ protocol, ports, to }, index) => {
      const rule = other.portRules[index];
      return (
        rule?.protocol === protocol &&
        rename(rule.to) === to &&
        rule.ports?.first === ports?.first &&
        rule.ports?.last === ports?.last
      );
    })
  );
}
