import type { Clock, Logger } from '@podlag/core';
import type { Applied, ObservedDevice } from '@podlag/netem';
import { Retry } from './retry';

/** How often what shapes nothing any more is looked at, until its last packet has left. */
const tidyEveryMs = 250;
/** A queue at a low rate may take longer to drain than anybody waits: so long after its delay it is dropped. */
const drainGraceMs = 30_000;

export interface TidyingParts {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Removes what holds no packet, with `force` what does too. Resolves to true when nothing is left to remove. */
  readonly tidy: (force: boolean) => Promise<boolean>;
}

/** Takes away classes, and in the end the whole tree, once they are empty. */
export class Tidying {
  #cancel: (() => void) | undefined;
  #drainUntil = 0;
  #stopped = false;
  #pausing = false;
  readonly #retry: Retry;

  constructor(private readonly parts: TidyingParts) {
    this.#retry = new Retry(
      parts.logger,
      'what is not needed any more could not be taken away; trying again',
    );
  }

  /** After each change. One that follows another puts off the end of patience, not the next look. */
  watch({ leftovers, observed }: Pick<Applied, 'leftovers' | 'observed'>): void {
    if (!leftovers) return;
    const { clock } = this.parts;
    this.#drainUntil = Math.max(this.#drainUntil, clock.now() + longestDelayMs(observed) + drainGraceMs);
    this.#lookSoon();
  }

  /** After a change on a device that is not there: it may come back with what it had. */
  watchMissing(): void {
    this.#lookSoon();
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
  }

  #lookSoon(): void {
    if (this.#pausing) this.#cancel?.();
    if (this.#pausing || this.#cancel === undefined) this.#lookAfter(0);
  }

  #lookAfter(delayMs: number): void {
    if (this.#stopped) return;
    const { clock, tidy } = this.parts;
    this.#pausing = false;
    this.#cancel = clock.after(delayMs, () => {
      this.#pausing = false;
      tidy(clock.now() >= this.#drainUntil).then(
        (done) => {
          this.#retry.succeeded();
          this.#cancel = undefined;
          if (!done) this.#lookAfter(tidyEveryMs);
        },
        (error: unknown) => {
          this.#lookAfter(this.#retry.failed(error));
          this.#pausing = true;
        },
      );
    });
  }
}

/** The leaves still say how long their packets wait, whoever has filled them. */
function longestDelayMs({ egress, ingress }: ObservedDevice): number {
  const leaves = [...egress.qdiscs, ...(ingress?.qdiscs ?? [])].flatMap(({ netem }) => netem ?? []);
  const delays = leaves.map(({ delaySeconds, jitterSeconds }) => (delaySeconds + 4 * jitterSeconds) * 1000);
  return Math.max(0, ...delays);
}
