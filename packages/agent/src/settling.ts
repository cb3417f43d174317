import { isPodlagError, type Clock, type Logger } from '@podlag/core';
import type { Readiness } from './readiness';

/** Until what is to be in force from the start is: the node's modules may be loaded meanwhile. */
const retryMs = 5_000;

export interface SettlingParts {
  readonly readiness: Readiness;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly device: string;
  /** The names of what is set, for the log. */
  readonly faults: () => readonly string[];
  /** Tries again what has failed. */
  readonly again: () => Promise<unknown>;
}

/** Brings the kernel to what is set, again and again until it takes it, and lets readiness say how far that is. */
export class Settling {
  #cancel: () => void = () => undefined;

  constructor(private readonly parts: SettlingParts) {}

  /** Never rejects: a failure is logged once for each reason, and tried again. */
  async bring(attempt: () => Promise<unknown>): Promise<void> {
    const { readiness, clock, logger, device, faults, again } = this.parts;
    try {
      await attempt();
      readiness.becomeReady();
      logger.info({ faults: faults() }, 'in force');
    } catch (error) {
      const reason = isPodlagError(error) ? error.toText() : String(error);
      if (readiness.reason !== reason) logger.error({ device }, `not ready, trying again: ${reason}`);
      readiness.fail(reason);
      this.#cancel = clock.after(retryMs, () => void this.bring(again));
    }
  }

  /** What is set is in force, whoever asked for it. */
  settled(): void {
    this.stop();
    this.parts.readiness.becomeReady();
  }

  stop(): void {
    this.#cancel();
  }
}
