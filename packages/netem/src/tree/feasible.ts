import type { Fault } from '@podlag/core';
import type { Capabilities } from '../capabilities';
import { netemErrors } from '../netem-errors';
import { compose } from '../profile/compose';
import { seconds } from '../profile/supported';
import { keyOf } from './claims';
import type { QdiscTree, ShapedClass } from './qdisc-tree';

/** Faults that some packet meets all of, and what they make together. */
type Meeting = Pick<ShapedClass, 'faults' | 'profile'>;

/**
 * Refuses a tree of faults that are possible each by itself and not together. What a partition hides is looked at as
 * well: when it ends, the rest has to stand without it.
 *
 * @throws PodlagError `duplicate-restricted`, `not-composable`
 */
export function assertFeasible(tree: QdiscTree, faults: readonly Fault[], capabilities: Capabilities): void {
  for (const direction of ['egress', 'ingress'] as const) {
    const classes = tree[direction]?.classes ?? [];
    for (const meetings of [classes, withoutPartitions(classes, faults, direction)]) {
      assertDuplicates(meetings, capabilities);
      for (const meeting of meetings) assertDelay(meeting, capabilities);
    }
  }
}

/** None where there is no partition. */
function withoutPartitions(
  classes: readonly ShapedClass[],
  faults: readonly Fault[],
  direction: 'egress' | 'ingress',
): readonly Meeting[] {
  const rest = new Map(
    faults.filter(({ partition }) => partition !== true).map((fault) => [fault.name, fault]),
  );
  if (rest.size === faults.length) return [];
  const left = classes.map((shaped) => shaped.faults.filter((name) => rest.has(name)));
  const distinct = new Map(left.filter(({ length }) => length > 0).map((names) => [keyOf(names), names]));
  return [...distinct.values()].map((names) => ({
    faults: names,
    profile: compose(
      names.flatMap((name) => rest.get(name) ?? []),
      direction,
    ),
  }));
}

function assertDuplicates(meetings: readonly Meeting[], { duplicateBesideOthers }: Capabilities): void {
  if (duplicateBesideOthers.available) return;
  const duplicating = meetings.find(({ profile }) => !profile.duplicate.ratio.isZero);
  const other = meetings.find((meeting) => meeting !== duplicating);
  if (duplicating === undefined || other === undefined) return;
  const detail = `${duplicating.faults.join(' with ')} duplicates, beside ${other.faults.join(' with ')}: ${duplicateBesideOthers.reason}`;
  throw netemErrors.error('duplicate-restricted', detail, { field: 'duplicate' });
}

function assertDelay({ faults, profile: { delay } }: Meeting, capabilities: Capabilities): void {
  const {
    driver,
    longestTimeNanoseconds: longestTime,
    longestJitterNanoseconds: longestJitter,
  } = capabilities;
  const names = faults.join(', ');
  if (delay.time.nanoseconds > longestTime) {
    throw netemErrors.error(
      'not-composable',
      `the delays of ${names} add up to ${delay.time.toString()}, and ${driver} ends at ${seconds(longestTime)} s`,
      { field: 'delay.time', hint: 'Take one of the delays away first.' },
    );
  }
  if (delay.jitter.nanoseconds > longestJitter) {
    throw netemErrors.error(
      'not-composable',
      `the jitters of ${names} make one of ${delay.jitter.toString()}, and the kernel cuts it to ${seconds(longestJitter)} s`,
      { field: 'delay.jitter', hint: 'Take one of the jitters away first.' },
    );
  }
}
