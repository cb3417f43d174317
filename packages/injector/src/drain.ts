import type { Server } from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';
import type { Health } from './health';

const sweepMs = 50;

export interface DrainOptions {
  /** How long to go on serving, in milliseconds. */
  readonly periodMs: number;
  /** How long the last requests may take after that before their connections are cut, in milliseconds. */
  readonly requestMs: number;
}

/**
 * The end of a server without a failed request: not ready any more, but serving, while the news spreads that the
 * endpoint is gone; then no new connections; done when the last request is answered.
 */
export class Drain {
  private readonly hurry = new AbortController();
  private done: Promise<void> | undefined;

  constructor(
    private readonly server: Server,
    private readonly health: Health,
    private readonly options: DrainOptions,
  ) {}

  /** Starts, or, when it has started already, cuts the period short. */
  run(): Promise<void> {
    if (this.done !== undefined) this.hurry.abort();
    this.done ??= this.drain();
    return this.done;
  }

  private async drain(): Promise<void> {
    this.health.startDraining();
    // Rejects only when it is aborted, and that is the other way for it to end.
    await delay(this.options.periodMs, undefined, { signal: this.hurry.signal }).catch(() => undefined);
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    // close() takes down the connections that are idle just then. One whose last request came before the draining, and
    // was not told Connection: close, is idle only later.
    const sweep = setInterval(() => this.server.closeIdleConnections(), sweepMs);
    const cut = setTimeout(() => this.server.closeAllConnections(), this.options.requestMs);
    await closed;
    clearInterval(sweep);
    clearTimeout(cut);
  }
}
