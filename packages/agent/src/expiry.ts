import { isPodlagError, type Clock, type Logger } from '@podlag/core';
import { nextExpiry, type FaultSet } from './fault-set';
import { Retry } from './retry';

export interface ExpiryParts {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Takes away what has expired. Resolves to the names that went, none when all were renewed meanwhile. */
  readonly expire: () => Promise<readonly string[]>;
  /** Told how many went. */
  readonly expired: (faults: number) => void;
}

/** Ends faults when their time has come. */
export class Expiry {
  #cancel: () => void = () => undefined;
  readonly #retry: Retry;

  constructor(private readonly parts: ExpiryParts) {
    this.#retry = new Retry(parts.logger, 'an expired fault could not be taken away; trying again');
  }

  /** From now on these count. */
  watch(faults: FaultSet): void {
    this.stop();
    const next = nextExpiry(faults);
    if (next === undefined) return;
    const { clock } = this.parts;
    this.#cancel = clock.after(Math.max(0, next - clock.now()), () => this.#expire());
  }

  stop(): void {
    this.#cancel();
  }

  #expire(): void {
    const { logger, clock, expire, expired } = this.parts;
    expire().then(
      (gone) => {
        this.#retry.succeeded();
        if (gone.length === 0) return;
        expired(gone.length);
        logger.info({ gone }, 'expired');
      },
      (error: unknown) => {
        if (isPodlagError(error, 'stopping')) return;
        this.stop();
        this.#cancel = clock.after(this.#retry.failed(error), () => this.#expire());
      },
    );
  }
}
