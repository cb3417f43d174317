import type { SelfCheck } from '../record/sample';

/** How the measurer did, before anyone has judged it. */
export interface SelfReadings {
  /** 99th percentile of how late the event loop was, seconds. */
  readonly eventLoopDelay: number;
  /** What the cgroup's scheduler did meanwhile; undefined where there is none to read. */
  readonly scheduling?: CgroupScheduling;
}

/** Of cpu.stat: periods of the CPU limit (100 ms each, as a rule) in which anything ran, and in how many of them it was stopped. */
export interface CgroupScheduling {
  readonly periods: number;
  readonly throttled: number;
}

/** What a measurer may be, to be believed. */
export interface SelfCheckLimits {
  /** Seconds. */
  readonly eventLoopDelay: number;
  /** Throttled of all periods, from 0 to 1. */
  readonly throttledShare: number;
}

/**
 * Of a worker, which only waits for a tool: when it is late for a twentieth of a second, its machine had no CPU for the
 * tool either. One throttled period in twenty leaves medians as they are; more than that is a measurement of the limit.
 */
export const workerLimits: SelfCheckLimits = { eventLoopDelay: 0.05, throttledShare: 0.05 };

/** Of a probe, whose own event loop takes the times: what it is late by stands in its figures. */
export const probeLimits: SelfCheckLimits = { eventLoopDelay: 0.02, throttledShare: 0.05 };

/** Says whether a measurer is to be believed. Pure. */
export function judge(readings: SelfReadings, limits: SelfCheckLimits = workerLimits): SelfCheck {
  const { eventLoopDelay, scheduling } = readings;
  return {
    eventLoopDelay,
    ...(scheduling === undefined ? {} : { throttled: scheduling.throttled }),
    reasons: [...lateReason(eventLoopDelay, limits), ...throttledReason(scheduling, limits)],
  };
}

function lateReason(eventLoopDelay: number, limits: SelfCheckLimits): readonly string[] {
  if (eventLoopDelay <= limits.eventLoopDelay) return [];
  const [late, limit] = [eventLoopDelay, limits.eventLoopDelay].map((seconds) => Math.round(1000 * seconds));
  return [`the event loop was late by ${late} ms (99th percentile; at most ${limit} ms): too little CPU`];
}

function throttledReason(
  scheduling: CgroupScheduling | undefined,
  limits: SelfCheckLimits,
): readonly string[] {
  if (scheduling === undefined || scheduling.throttled === 0) return [];
  const { throttled, periods } = scheduling;
  if (throttled <= limits.throttledShare * periods) return [];
  return [`the CPU limit stopped it in ${throttled} of ${periods} periods: raise or remove the limit`];
}
