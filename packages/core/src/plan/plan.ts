import { Duration } from '../duration';
import type { Fault } from '../fault';
import type { Rate } from '../rate';
import type { Ratio } from '../ratio';

/** What one owner asks of an agent: whole, and replaced in one step. Its faults compose with all others in force. */
export interface Plan {
  /** The owner's, a DNS label (RFC 1123). */
  readonly name: string;
  /** From 0 to 2^53 - 1; an agent does not go back to a lower one than it has. */
  readonly generation: number;
  readonly faults: readonly PlannedFault[];
}

/** A fault with its hours. Its `ttl` is a lease: it is gone when its owner has not been heard of for so long. */
export interface PlannedFault {
  /** Named by an RFC 1123 subdomain of at most 253 characters, unique in the plan. */
  readonly fault: Fault;
  /** Absent: in force as long as its lease. */
  readonly timing?: Timing | undefined;
}

/** The least `every` of a timing: each round is two changes of the kernel, of some milliseconds each. */
export const leastEvery = Duration.parse('100ms');

/** The least length of one step of a ramp: a change of the kernel takes some milliseconds. */
export const leastRampStep = Duration.parse('10ms');

/**
 * In force from `start` + `at` for `for`, and again each `every` after that; never at or after `start` + `until`. Agents
 * with one `start` do it together, each by its own clock.
 */
export interface Timing {
  /** Milliseconds since the epoch, whole. */
  readonly start: number;
  readonly at: Duration;
  /** At least 1ms. Absent: until `until`, or for ever. */
  readonly for?: Duration | undefined;
  /** From one beginning to the next, at least `for` and `leastEvery`. Absent: once. */
  readonly every?: Duration | undefined;
  readonly until?: Duration | undefined;
  readonly ramp?: Ramp | undefined;
}

interface RampOf<Effect, Quantity> {
  readonly of: Effect;
  readonly from: Quantity;
  readonly to: Quantity;
  /** From 2 to 1000: the first has `from`, the last `to`, and each is as long as the others, at least `leastRampStep`. */
  readonly steps: number;
  /** How long they take together; then `to` stays. Absent: as long as `for`. */
  readonly over?: Duration | undefined;
}

/** The delay (its time or rtt), the loss (its ratio) or the rate, as it grows or shrinks in steps each time that its fault comes into force. */
export type Ramp = RampOf<'delay', Duration> | RampOf<'loss', Ratio> | RampOf<'rate', Rate>;

/** Faults of one plan: those of a matrix of many regions. */
export const mostPlannedFaults = 256;

/** Targets of all faults of an agent together, `to` and `except`, unless its PODLAG_MOST_TARGETS says otherwise. */
export const defaultMostTargets = 20_000;
