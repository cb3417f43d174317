import type { Lease, LeaseSpec } from './resources/lease';

/** Who wants to hold a Lease, and for how long at a time. */
export interface Candidate {
  readonly identity: string;
  readonly leaseDurationMs: number;
}

/**
 * The Lease as one who has not held it takes it.
 *
 * @param term from termAfter
 * @param nowMs milliseconds since the epoch
 */
export function taken(
  lease: Lease,
  term: number,
  { identity, leaseDurationMs }: Candidate,
  nowMs: number,
): Lease {
  const time = microTime(nowMs);
  const spec: LeaseSpec = {
    holderIdentity: identity,
    leaseDurationSeconds: Math.ceil(leaseDurationMs / 1000),
    ...{ acquireTime: time, renewTime: time, leaseTransitions: term },
  };
  return { ...lease, spec };
}

/** The Lease as its holder renews it. */
export function renewed(lease: Lease, nowMs: number): Lease {
  return { ...lease, spec: { ...lease.spec, renewTime: microTime(nowMs) } };
}

/** The Lease as its holder leaves it: whoever comes next need not wait. */
export function released(lease: Lease, nowMs: number): Lease {
  const spec: LeaseSpec = {
    ...lease.spec,
    ...{ holderIdentity: '', leaseDurationSeconds: 1, renewTime: microTime(nowMs) },
  };
  return { ...lease, spec };
}

/** For how long the holder has asked, in milliseconds; of one who has said nothing, not at all. */
export function heldForMs({ spec }: Lease): number {
  return (spec?.leaseDurationSeconds ?? 0) * 1000;
}

const tenMinutesMs = 600_000;

/**
 * The term of the next holder: greater than that of every one before.
 *
 * A Lease in which there is none is new, and may stand in for one that was deleted, of whose last term somebody still
 * knows. So it begins with the tens of minutes since the epoch, which no Lease with fewer holders than that gets past.
 *
 * @param highest that was ever seen, of this Lease or of one before it; 0 when none was
 */
export function termAfter(highest: number, { spec }: Partial<Lease>, nowMs: number): number {
  const first = spec?.leaseTransitions === undefined ? Math.floor(nowMs / tenMinutesMs) : 0;
  return Math.max(first, (spec?.leaseTransitions ?? 0) + 1, highest + 1);
}

/** metav1.MicroTime. */
function microTime(nowMs: number): string {
  return new Date(nowMs).toISOString().replace('Z', '000Z');
}
