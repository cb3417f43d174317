import type { Clock, Logger } from '@podlag/core';
import { EventWriter as KubeEventWriter, type EventOutcome, type KubeApi } from '@podlag/kube';
import { eventComponent, eventNote, eventPeriodMs, type SidecarEvent } from './sidecar-event';

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

/** Writes Events one after another, each controller's and reason's once in eventPeriodMs. */
export class EventWriter implements EventSink {
  private readonly writer: KubeEventWriter;

  constructor(api: Pick<KubeApi, 'create'>, options: EventWriterOptions) {
    this.writer = new KubeEventWriter(api, {
      ...options,
      component: eventComponent,
      periodMs: eventPeriodMs,
    });
  }

  tell(event: SidecarEvent): void {
    this.writer.writeEvent(eventNote(event));
  }

  /** What is waiting is given up, and what is told later. */
  close(): void {
    this.writer.close();
  }

  /** When everything that was told until now is written or given up. */
  idle(): Promise<void> {
    return this.writer.idle();
  }
}
