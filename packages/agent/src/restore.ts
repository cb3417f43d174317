import { parseFault, type Duration, type Logger } from '@podlag/core';
import { hold, noFaults, setOf, type FaultSet } from './fault-set';
import type { Lease } from './lease-file';
import type { Shaper } from './shaper';

/** The fault that `GET /latency/...` sets. */
export const latencyFaultName = 'latency';

export function latencyFault(time: Duration): ReturnType<typeof parseFault> {
  return parseFault({ delay: { time: time.toString() } }, latencyFaultName);
}

/**
 * Brings the kernel to what was set when the agent last ran, less what has expired meanwhile; on the pod's first start
 * to the initial latency. Also takes away what a run whose lease is lost has left in the kernel. The change is queued
 * before this function returns, so that no call from outside can come first and be undone by it.
 *
 * @throws PodlagError of `netemErrors`
 */
export async function restore(
  shaper: Shaper,
  lease: Lease,
  initialLatency: Duration | undefined,
  logger: Logger,
): Promise<void> {
  if (lease.kind === 'unreadable') logger.warn({ reason: lease.reason }, 'the lease file is unreadable');
  await shaper.change((_, now) => (lease.kind === 'found' ? lease.faults : initialSet(initialLatency, now)));
  logger.info(
    { from: lease.kind === 'found' ? 'lease' : 'start', faults: [...shaper.faults.keys()] },
    'in force',
  );
}

function initialSet(latency: Duration | undefined, now: number): FaultSet {
  if (latency === undefined || latency.isZero) return noFaults;
  return setOf([hold(latencyFault(latency), now)]);
}
