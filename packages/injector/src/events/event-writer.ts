import { isPodlagError, systemClock, TaskQueue, type Clock, type Logger } from '@podlag/core';
import { events, type KubeApi } from '@podlag/kube';
import { RecentlyTold } from './recently-told';
import { eventKey, eventPeriodMs, kubeEvent, type SidecarEvent } from './sidecar-event';

/**
 * What became of an Event: `written`; `present`, for another replica has written it; `failed`, for the API server did not
 * take it; `dropped`, for too many were waiting.
 */
export type EventOutcome = 'written' | 'present' | 'failed' | 'dropped';

/** Where Events go. Neither waits nor throws: a review is never kept up by it. */
export interface EventSink {
  tell(event: SidecarEvent): void;
  close(): void;
}

/** For an injector that writes no Events. */
export const noEvents: EventSink = { tell: () => undefined, close: () => undefined };

/** How an EventWriter says what it does. */
export interface EventWriterOptions {
  readonly logger: Logger;
  readonly onEnd: (outcome: EventOutcome) => void;
  readonly clock?: Pick<Clock, 'now'>;
}

/** Each is half a kilobyte, and is written in a few milliseconds. */
const mostWaiting = 100;
const mostRemembered = 1_000;

/** Writes Events one after another, each controller's and reason's once in eventPeriodMs. */
export class EventWriter implements EventSink {
  private readonly clock: Pick<Clock, 'now'>;
  private readonly queue = new TaskQueue();
  private readonly told = new RecentlyTold({ periodMs: eventPeriodMs, most: mostRemembered });
  private waiting = 0;
  private isClosed = false;
  private loggedCode: string | undefined;

  constructor(
    private readonly api: Pick<KubeApi, 'create'>,
    private readonly options: EventWriterOptions,
  ) {
    this.clock = options.clock ?? systemClock;
  }

  tell(event: SidecarEvent): void {
    const key = eventKey(event);
    const nowMs = this.clock.now();
    if (this.told.has(key, nowMs)) return;
    if (this.waiting >= mostWaiting) {
      this.options.onEnd('dropped');
      return;
    }
    this.told.add(key, nowMs);
    this.waiting++;
    void this.queue.run(() => this.write(event, nowMs));
  }

  /** What is waiting is given up, and what is told later. */
  close(): void {
    this.isClosed = true;
  }

  /** When everything that was told until now is written or given up. */
  idle(): Promise<void> {
    return this.queue.idle();
  }

  private async write(event: SidecarEvent, nowMs: number): Promise<void> {
    try {
      if (this.isClosed) return;
      await this.api.create(events, kubeEvent(event, nowMs));
      this.ended('written');
    } catch (error) {
      if (isPodlagError(error, 'kube-already-exists')) this.ended('present');
      else this.failed(event, error);
    } finally {
      this.waiting--;
    }
  }

  private ended(outcome: 'written' | 'present'): void {
    this.loggedCode = undefined;
    this.options.onEnd(outcome);
  }

  private failed(event: SidecarEvent, error: unknown): void {
    this.options.onEnd('failed');
    const code = isPodlagError(error) ? error.code : 'internal';
    // The next pod tries again where that may help. Where it would be refused again, once in a period is enough.
    if (code === 'kube-unavailable') this.told.forget(eventKey(event));
    if (code === this.loggedCode) return;
    this.loggedCode = code;
    const problem = error instanceof Error ? error.message : String(error);
    const hint = isPodlagError(error) ? error.hint : undefined;
    this.options.logger.warn(
      { code, problem, hint },
      'event: not written, nor are others that end the same way',
    );
  }
}
