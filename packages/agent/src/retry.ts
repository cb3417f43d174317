import { Backoff, isPodlagError, type Logger } from '@podlag/core';

/** After a step that failed on its own, as an expiry, when nobody is there to ask again; the longest first pause. */
const retryAfterMs = 1_000;

/** An error in words, as a line of the log has room for. */
export function reasonOf(error: unknown): string {
  return isPodlagError(error) ? error.toText() : String(error);
}

/**
 * Failures of a step that is tried until it succeeds. A device may stay away for hours: the same reason is logged once,
 * and the pauses grow from a second to 30 s.
 */
export class Retry {
  readonly #backoff = new Backoff({ firstMs: retryAfterMs });
  #reason = '';

  constructor(
    private readonly logger: Logger,
    private readonly message: string,
  ) {}

  /** It has failed once more. Milliseconds until it is to be tried again. */
  failed(error: unknown): number {
    const reason = reasonOf(error);
    if (reason !== this.#reason) {
      // The stack of an error that we know says nothing that its code does not.
      const known = isPodlagError(error) ? { code: error.code } : { err: error };
      this.logger.error(known, `${this.message}: ${reason}`);
    }
    this.#reason = reason;
    return this.#backoff.next();
  }

  /** The next failure is a new one. */
  succeeded(): void {
    this.#reason = '';
    this.#backoff.reset();
  }
}
