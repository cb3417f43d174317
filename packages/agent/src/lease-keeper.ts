import type { Logger } from '@podlag/core';
import type { QdiscTree } from '@podlag/netem';
import type { FaultSet } from './fault-set';
import type { LeaseFile, WhatIsLeft } from './lease-file';
import { classesOf } from './remembered-classes';

/** Whether a restart of the agent would find what is set now. */
export type LeaseState = { readonly saved: true } | { readonly saved: false; readonly reason: string };

/** What a restart does instead. */
const afterRestart: Readonly<Record<WhatIsLeft, string>> = {
  blank: 'a restart begins without faults',
  none: "a restart takes itself for the pod's first start, with PODLAG_INITIAL_LATENCY if that is set",
  stale: 'a restart brings back what was set before',
};

/** Writes the lease after each change, and goes on without one where it cannot be written. */
export class LeaseKeeper {
  #state: LeaseState = { saved: true };

  constructor(
    private readonly lease: LeaseFile,
    private readonly logger: Logger,
  ) {}

  get state(): LeaseState {
    return this.#state;
  }

  /** Never rejects: a fault works without a lease. */
  async save(faults: FaultSet, tree: QdiscTree): Promise<void> {
    try {
      await this.lease.write(faults, classesOf(tree));
      this.#state = { saved: true };
    } catch (error) {
      // A lease of what was set before would bring back what has been taken away since.
      const left = await this.lease.blank();
      const reason = `${(error as Error).message}; ${afterRestart[left]}`;
      if (this.#state.saved)
        this.logger.warn({ reason }, 'faults work, but a restart of the agent will not know of them');
      this.#state = { saved: false, reason };
    }
  }
}
