import type { ParsedRamp, PlannedSide } from '@podlag/api';
import type { Direction, Duration, PlannedFault, Target, Timing } from '@podlag/core';
import type { TimedEffects } from './effects-of-side';
import type { DesiredMemory } from './memory';

/** What all planned faults of one object, or one step of a scenario, have in common. */
export interface Hours {
  /** The lease. */
  readonly ttl: Duration;
  readonly timing?: Omit<Timing, 'ramp'> | undefined;
  readonly ramp?: ParsedRamp | undefined;
}

/** Whose fault it is. */
export interface Owner extends Hours {
  readonly namespace: string;
  /** Decides, with those of the pods, which of them are picked. */
  readonly uid: string;
  nameOf(side: PlannedSide): string;
}

/** A planned fault but for whom it meets. */
export interface MouldParts {
  readonly name: string;
  readonly direction: Direction;
  readonly what: TimedEffects;
  readonly hours: Hours;
}

export type Mould = (
  to: readonly Target[] | undefined,
  except: readonly Target[] | undefined,
) => PlannedFault;

/** Makes the planned faults that differ in their targets alone; the same targets give the same object. */
export function mould({ name, direction, what, hours }: MouldParts, memory: DesiredMemory): Mould {
  const { effects, ramp } = what;
  const fixed = { name, ...effects, direction, ttl: hours.ttl };
  const timing = hours.timing && { ...hours.timing, ...(ramp && { ramp }) };
  const text = JSON.stringify([fixed, timing]);
  const key = (list: readonly Target[] | undefined): number => (list ? memory.identityOf(list) : 0);
  return (to, except) =>
    memory.fault(`${text} ${key(to)} ${key(except)}`, () => ({
      fault: { ...fixed, ...(to && { to }), ...(except && { except }) },
      ...(timing && { timing }),
    }));
}
