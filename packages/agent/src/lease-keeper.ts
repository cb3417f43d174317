import type { Logger } from '@podlag/core';
import type { QdiscTree } from '@podlag/netem';
import { isDeepStrictEqual } from 'node:util';
import { directFaults, type FaultSet } from './fault-set';
import type { LeaseFile, WhatIsLeft } from './lease-file';
import { isSameSet, noPlans, type KeptPlans, type PlanSet } from './plan-set';
import { classesOf, type RememberedClasses } from './remembered-classes';

/** Whether a restart of the agent would find what is set now. */
export type LeaseState = { readonly saved: true } | { readonly saved: false; readonly reason: string };

/** What a restart does instead. */
const afterRestart: Readonly<Record<WhatIsLeft, string>> = {
  blank: 'a restart begins without faults',
  none: "a restart takes itself for the pod's first start, with PODLAG_INITIAL_LATENCY if that is set",
  stale: 'a restart brings back what was set before',
};

/** What the lease says, but for the moment as of which it says it. */
interface Written {
  readonly faults: FaultSet;
  readonly plans: PlanSet;
  readonly classes: RememberedClasses;
}

const nothingKept = (): KeptPlans => ({ plans: noPlans, asOf: 0 });

/** Writes the lease after each change that makes it another one, and goes on without one where it cannot be written. */
export class LeaseKeeper {
  #state: LeaseState = { saved: true };
  #written: Written | undefined;

  constructor(
    private readonly lease: LeaseFile,
    private readonly logger: Logger,
    private readonly kept: () => KeptPlans = nothingKept,
  ) {}

  get state(): LeaseState {
    return this.#state;
  }

  /** Never rejects: a fault works without a lease. */
  async save(set: FaultSet, tree: QdiscTree): Promise<void> {
    const [faults, classes, kept] = [directFaults(set), classesOf(tree), this.kept()];
    const lease = { faults, classes, plans: kept.plans };
    if (this.#written !== undefined && isSameLease(this.#written, lease)) return;
    try {
      await this.lease.write(faults, classes, kept);
      this.#written = lease;
      this.#state = { saved: true };
    } catch (error) {
      // A lease of what was set before would bring back what has been taken away since.
      this.#written = undefined;
      const left = await this.lease.blank();
      const reason = `${(error as Error).message}; ${afterRestart[left]}`;
      if (this.#state.saved)
        this.logger.warn({ reason }, 'faults work, but a restart of the agent will not know of them');
      this.#state = { saved: false, reason };
    }
  }
}

/** A ramp of a thousand steps is not to write as many leases that say the same. */
function isSameLease(one: Written, other: Written): boolean {
  const isSame = one.plans === other.plans && isSameSet(one.faults, other.faults);
  return isSame && isDeepStrictEqual(one.classes, other.classes);
}
