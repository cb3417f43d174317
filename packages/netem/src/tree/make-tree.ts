import { isDeepStrictEqual } from 'node:util';
import type { Fault } from '@podlag/core';
import { netemErrors } from '../netem-errors';
import { compose } from '../profile/compose';
import type { Profile } from '../profile/profile';
import { rulesEqual, withSharedRules } from './changed-rules';
import { keyOf, namesOf } from './claims';
import { classify } from './classify';
import {
  firstShapedMinor,
  lastShapedMinor,
  passMinor,
  type Exemption,
  type QdiscTree,
  type ShapedClass,
  type Side,
} from './qdisc-tree';
import { destinations, renamed } from './rule-set';
import type { Rules } from './rules';

export interface TreeRequest {
  readonly device: string;
  readonly exemptions: readonly Exemption[];
  readonly faults: readonly Fault[];
  /** What is in force, whose classes go on where they can. Absent: a device with nothing on it. */
  readonly previous?: QdiscTree | undefined;
}

/**
 * The tree for a set of faults. Where packets go to the same faults as before, each class keeps its number, and its leaf
 * is changed in place. Where they do not, only a class whose profile is the same keeps it: a leaf must never change its
 * numbers while its packets change, or some would get what neither the old nor the new faults ask for.
 *
 * @throws PodlagError `not-composable`, `too-many-filters`
 */
export function makeTree({ device, exemptions, faults, previous }: TreeRequest): QdiscTree {
  const side = (direction: 'egress' | 'ingress'): Side | undefined =>
    makeSide(faults, direction, previous?.[direction]);
  return { device, exemptions, egress: side('egress'), ingress: side('ingress') };
}

/** Whether a leaf would do the same to every packet. */
export function profilesEqual(one: Profile, other: Profile): boolean {
  return isDeepStrictEqual(one, other);
}

/** By the key of the faults. */
interface Wanted {
  readonly key: string;
  readonly profile: Profile;
}

function makeSide(
  faults: readonly Fault[],
  direction: 'egress' | 'ingress',
  previous: Side | undefined,
): Side | undefined {
  const rules = classify(faults, direction);
  const byName = new Map(faults.map((fault) => [fault.name, fault]));
  const wanted = keysOf(rules).map((key): Wanted => {
    const met = namesOf(key).flatMap((name) => byName.get(name) ?? []);
    return { key, profile: compose(met, direction) };
  });
  if (wanted.length === 0) return undefined;
  const minors = minorsFor(wanted, rules, previous);
  const classes = wanted.map(({ key, profile }): ShapedClass => ({
    minor: minors.get(key) ?? passMinor,
    faults: namesOf(key),
    profile,
  }));
  return {
    classes: classes.sort((one, other) => one.minor - other.minor),
    rules: shared(
      renamed(rules, (key) => minors.get(key) ?? passMinor),
      previous,
    ),
  };
}

/** That of everybody first: the common case is 1:10. */
function keysOf(rules: Rules<string>): readonly string[] {
  const rest = [...destinations(rules)].filter((key) => key !== rules.everybody).sort();
  return [rules.everybody, ...rest].filter((key) => key !== '');
}

function minorsFor(
  wanted: readonly Wanted[],
  rules: Rules<string>,
  previous: Side | undefined,
): ReadonlyMap<string, number> {
  const before = previous?.classes ?? [];
  const isSame = previous !== undefined && hasSameRules(previous, rules);
  const minors = new Map<string, number>();
  for (const { key, profile } of wanted) {
    const kept = before.find(
      (old) => keyOf(old.faults) === key && (isSame || profilesEqual(old.profile, profile)),
    );
    if (kept) minors.set(key, kept.minor);
  }
  const free = freeMinors(new Set(before.map(({ minor }) => minor)));
  for (const { key } of wanted) if (!minors.has(key)) minors.set(key, free());
  return minors;
}

/** Smallest first. @throws PodlagError `too-many-filters` when called more often than there are numbers */
export function freeMinors(taken: ReadonlySet<number>): () => number {
  let next = firstShapedMinor;
  return () => {
    while (taken.has(next)) next += 1;
    if (next > lastShapedMinor) {
      throw netemErrors.error('too-many-filters', 'more combinations of faults meet than there are classes');
    }
    return next++;
  };
}

/** What is as it was is the same object: to find what a change of one among thousands is, nothing else is looked at. */
function shared(rules: Rules<number>, previous: Side | undefined): Rules<number> {
  return previous ? withSharedRules(previous.rules, rules) : rules;
}

function hasSameRules({ classes, rules: old }: Side, rules: Rules<string>): boolean {
  const keys = new Map(classes.map(({ minor, faults }) => [minor, keyOf(faults)]));
  // While a change is on its way in stages two classes stand for the same faults, and neither is the whole.
  if (new Set(keys.values()).size < keys.size) return false;
  return rulesEqual(rules, old, (minor) => keys.get(minor) ?? '');
}
