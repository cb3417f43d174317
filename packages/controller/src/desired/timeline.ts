import type { ParsedScenario, ParsedStep } from '@podlag/api';
import { Duration } from '@podlag/core';
import type { Hours } from './mould';

/** Of planned faults that last until someone ends them. */
const openEndedTtl = Duration.parse('1h');

/** Beyond the end: a lease that ran out at the very end would end the last step early. */
const grace = Duration.parse('1m');

/** The longest that a Duration can be. */
const longest = Duration.parse('720h');

/** How long a scenario takes from its start; undefined: until it is aborted. */
export function lengthOf({ duration, steps }: ParsedScenario): Duration | undefined {
  if (duration !== undefined) return duration;
  const ends = steps.map(endOf);
  if (ends.some((end) => end === undefined)) return undefined;
  return sum(Duration.zero, Duration.ofNanoseconds(Math.max(0, ...ends.map((end) => end ?? 0))));
}

/**
 * When a step is in force, timed by the agents alone. Unless the scenario says another the lease is its whole length, which
 * does not change as time goes by, so that the timeline goes on without the controller. Undefined: the scenario ends before
 * the step begins.
 */
export function hoursOf(step: ParsedStep, scenario: ParsedScenario, startTime: number): Hours | undefined {
  const { at, for: length, every } = step;
  const { duration } = scenario;
  if (duration !== undefined && duration.nanoseconds <= at.nanoseconds) return undefined;
  const timing = {
    ...{ start: startTime, at },
    ...(length && { for: length }),
    ...(every && { every }),
    ...(duration && { until: duration }),
  };
  return { ttl: leaseOf(scenario), timing, ramp: step.ramp };
}

/** The lease of each agent. */
export function leaseOf(scenario: ParsedScenario): Duration {
  if (scenario.ttl !== undefined) return scenario.ttl;
  const whole = lengthOf(scenario);
  return whole ? sum(whole, grace) : openEndedTtl;
}

function endOf({ at, for: length, every }: ParsedStep): number | undefined {
  return length === undefined || every !== undefined ? undefined : at.nanoseconds + length.nanoseconds;
}

function sum(one: Duration, other: Duration): Duration {
  return Duration.ofNanoseconds(Math.min(longest.nanoseconds, one.nanoseconds + other.nanoseconds));
}
