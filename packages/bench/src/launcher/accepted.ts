import { isPodlagError, pause, type Clock } from '@podlag/core';
import { neverAborted } from './never-aborted';

/** A controller makes a new namespace's ServiceAccount, and until then no pod is taken. */
const accountWithinMs = 30_000;

/** What `write` gives, once a namespace that was just made has its ServiceAccount. */
export async function accepted<T>(clock: Clock, write: () => Promise<T>): Promise<T> {
  const end = clock.now() + accountWithinMs;
  for (;;) {
    try {
      return await write();
    } catch (error) {
      const isEarly = isPodlagError(error) && error.detail.includes('error looking up service account');
      if (!isEarly || clock.now() >= end) throw error;
      await pause(clock, 250, neverAborted());
    }
  }
}
