import { parseFault, type Duration } from '@podlag/core';
import { hold, noFaults, setOf, type FaultSet } from './fault-set';
import type { Lease } from './lease-file';

/** The fault that `GET /latency/...` sets. */
export const latencyFaultName = 'latency';

export function latencyFault(time: Duration): ReturnType<typeof parseFault> {
  return parseFault({ delay: { time: time.toString() } }, latencyFaultName);
}

/**
 * What is to be in force from the start, but for plans: what was set when the agent last ran, less what has expired meanwhile; on the
 * pod's first start the initial latency.
 */
export function faultsAtStart(lease: Lease, initialLatency: Duration | undefined, now: number): FaultSet {
  return lease.kind === 'found' ? lease.faults : initialSet(initialLatency, now);
}

function initialSet(latency: Duration | undefined, now: number): FaultSet {
  if (latency === undefined || latency.isZero) return noFaults;
  return setOf([hold(latencyFault(latency), now)]);
}
