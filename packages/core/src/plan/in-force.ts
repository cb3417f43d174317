import type { Fault } from '../fault';
import type { Plan, PlannedFault } from './plan';
import { rampedFault } from './ramp';
import { momentOf, type TimedMoment } from './timing';

/** Of a planned fault at a moment. `waiting`: for its time; `ended`: it has no time to come; `expired`: its lease ran out. */
export const plannedStates = ['in-force', 'waiting', 'ended', 'expired'] as const;

export interface PlannedState {
  readonly name: string;
  readonly state: (typeof plannedStates)[number];
  /** Milliseconds since the epoch. Until then all of this stays as it is, unless the owner is heard of. Absent: for good. */
  readonly changesAt?: number | undefined;
}

/** A plan at one moment. */
export interface InForce {
  /** In the plan's order, each as its ramp has it now. */
  readonly faults: readonly Fault[];
  /** Of all its faults, in the plan's order. */
  readonly states: readonly PlannedState[];
  /** The first `changesAt`. */
  readonly nextChangeAt: number | undefined;
}

interface Judged extends PlannedState {
  readonly fault: Fault | undefined;
}

/**
 * Pure: what of a plan is in force at `now`, when its owner was last heard of at `heardAt`; both in milliseconds since
 * the epoch, whole. From `now` until `nextChangeAt` the answer is the same.
 */
export function inForce(plan: Plan, heardAt: number, now: number): InForce {
  const judged = plan.faults.map((planned) => judge(planned, heardAt, now));
  const changes = judged.flatMap(({ changesAt }) => changesAt ?? []);
  return {
    faults: judged.flatMap(({ fault }) => fault ?? []),
    states: judged.map(({ name, state, changesAt }) => ({
      ...{ name, state },
      ...(changesAt !== undefined && { changesAt }),
    })),
    nextChangeAt: changes.length === 0 ? undefined : Math.min(...changes),
  };
}

function judge({ fault, timing }: PlannedFault, heardAt: number, now: number): Judged {
  const { name, ttl } = fault;
  const leaseEnd = ttl === undefined ? Infinity : heardAt + Math.ceil(ttl.milliseconds);
  const timed = judgeTime({ fault, timing }, Math.min(now, leaseEnd));
  if (timed.state === 'ended') return { name, ...timed };
  if (now >= leaseEnd) return { name, state: 'expired', fault: undefined };
  const changesAt = Math.min(timed.changesAt ?? Infinity, leaseEnd);
  return { name, ...timed, changesAt: changesAt === Infinity ? undefined : changesAt };
}

function judgeTime({ fault, timing }: PlannedFault, now: number): Omit<Judged, 'name'> {
  if (timing === undefined) return { state: 'in-force', fault };
  const moment = momentOf(timing, now);
  const inForceNow = faultWithin(fault, timing.ramp, moment);
  if (isOver(moment, inForceNow)) return { state: 'ended', fault: undefined };
  const changesAt = 'changesAt' in moment ? moment.changesAt : undefined;
  return { state: inForceNow ? 'in-force' : 'waiting', fault: inForceNow, changesAt };
}

function faultWithin(
  fault: Fault,
  ramp: NonNullable<PlannedFault['timing']>['ramp'],
  moment: TimedMoment,
): Fault | undefined {
  if (moment.phase !== 'within') return undefined;
  return ramp === undefined ? fault : rampedFault(fault, ramp, moment.step);
}

/** A ramp that has come to nothing for good is over before its time is. */
function isOver(moment: TimedMoment, fault: Fault | undefined): boolean {
  return moment.phase === 'after' || (moment.phase === 'within' && moment.isLast && fault === undefined);
}
