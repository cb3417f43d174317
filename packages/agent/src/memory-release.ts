import type { Clock } from '@podlag/core';
import { targetsIn, type FaultSet } from './fault-set';

/** A change with more targets leaves garbage that is worth a collection. */
const largeChange = 2_000;

/** After the answer: a collection holds everything up for a tenth of a second. */
const afterMs = 200;

/** Gives the garbage of large changes back, once for several that follow each other closely. */
export class MemoryRelease {
  #cancel: (() => void) | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly release: () => void,
  ) {}

  /** After each change: that from many targets to few leaves as much behind. */
  changed(before: FaultSet, after: FaultSet): void {
    if (this.#cancel !== undefined || Math.max(targetsIn(before), targetsIn(after)) <= largeChange) return;
    this.#cancel = this.clock.after(afterMs, () => {
      this.#cancel = undefined;
      this.release();
    });
  }

  stop(): void {
    this.#cancel?.();
  }
}
