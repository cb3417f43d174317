import { isPodlagError, systemClock, TaskQueue, type Clock, type Logger } from '@podlag/core';
import { createHash } from 'node:crypto';
import type { KubeApi } from './kube-api';
import { RecentlyTold } from './recently-told';
import { events, type KubeEvent } from './resource';

/**
 * What became of an Event: `written`; `present`, for another replica has written it; `failed`, for the API server did not
 * take it; `dropped`, for too many were waiting.
 */
export type EventOutcome = 'written' | 'present' | 'failed' | 'dropped';

/** What to say, and about which object. */
export interface EventNote extends Pick<KubeEvent, 'type' | 'reason' | 'action' | 'message'> {
  /** The object that it is about. The Event goes to its namespace. */
  readonly regarding: KubeEvent['involvedObject'];
  /** What no two Events of one period may both have. Default the object's uid, reason and message. */
  readonly key?: string;
}

/** Who writes Events, and how that is told. */
export interface EventWriterOptions {
  /** As `podlag-injector`: the source of the Events, and how their names begin. */
  readonly component: string;
  readonly logger: Logger;
  readonly onEnd?: (outcome: EventOutcome) => void;
  readonly clock?: Pick<Clock, 'now'>;
  /** No Event of one key is written twice within it, in milliseconds. Default 600000; API servers keep Events for an hour. */
  readonly periodMs?: number;
}

/** In milliseconds: EventWriterOptions.periodMs. */
export const eventPeriodMs = 600_000;
/** Each is half a kilobyte, and is written in a few milliseconds. */
const mostWaiting = 100;
const mostRemembered = 1_000;

/** Writes Events one after another, each key's once in a period. Neither waits nor throws: nobody is kept up by it. */
export class EventWriter {
  private readonly clock: Pick<Clock, 'now'>;
  private readonly queue = new TaskQueue();
  private readonly periodMs: number;
  private readonly told: RecentlyTold;
  private waiting = 0;
  private isClosed = false;
  private loggedCode: string | undefined;

  constructor(
    private readonly api: Pick<KubeApi, 'create'>,
    private readonly options: EventWriterOptions,
  ) {
    this.clock = options.clock ?? systemClock;
    this.periodMs = options.periodMs ?? eventPeriodMs;
    this.told = new RecentlyTold({ periodMs: this.periodMs, most: mostRemembered });
  }

  writeEvent(note: EventNote): void {
    const key = eventKey(note);
    const nowMs = this.clock.now();
    if (this.told.has(key, nowMs)) return;
    if (this.waiting >= mostWaiting) {
      this.options.onEnd?.('dropped');
      return;
    }
    this.told.add(key, nowMs);
    this.waiting++;
    void this.queue.run(() => this.write(note, nowMs));
  }

  /** What is waiting is given up, and what comes later. */
  close(): void {
    this.isClosed = true;
  }

  /** When everything that came until now is written or given up. */
  idle(): Promise<void> {
    return this.queue.idle();
  }

  private async write(note: EventNote, nowMs: number): Promise<void> {
    const { component } = this.options;
    try {
      if (this.isClosed) return;
      await this.api.create(events, kubeEvent(note, { component, nowMs, periodMs: this.periodMs }));
      this.ended('written');
    } catch (error) {
      if (isPodlagError(error, 'kube-already-exists')) this.ended('present');
      else this.failed(note, error);
    } finally {
      this.waiting--;
    }
  }

  private ended(outcome: 'written' | 'present'): void {
    this.loggedCode = undefined;
    this.options.onEnd?.(outcome);
  }

  private failed(note: EventNote, error: unknown): void {
    this.options.onEnd?.('failed');
    const code = isPodlagError(error) ? error.code : 'internal';
    // The next one tries again where that may help. Where it would be refused again, once in a period is enough.
    if (code === 'kube-unavailable') this.told.forget(eventKey(note));
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

function eventKey({ key, regarding, reason, message }: EventNote): string {
  return key ?? `${regarding.uid} ${reason} ${message}`;
}

/** Who writes an Event, and when. */
export interface EventWriting {
  readonly component: string;
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
  readonly periodMs: number;
}

/**
 * The Event as it is written. Its name is the same in every replica of the component for one period of the clock, so that
 * what one has written is refused from the others: that takes no right but `create`.
 */
export function kubeEvent(note: EventNote, { component, nowMs, periodMs }: EventWriting): KubeEvent {
  const { regarding, type, reason, action, message } = note;
  const digest = createHash('sha256')
    .update(`${eventKey(note)} ${Math.floor(nowMs / periodMs)}`)
    .digest('hex');
  // metav1.Time has whole seconds.
  const time = new Date(nowMs).toISOString().replace(/\.[0-9]+Z$/, 'Z');
  return {
    metadata: { name: `${component}.${digest.slice(0, 16)}`, namespace: regarding.namespace },
    involvedObject: regarding,
    ...{ type, reason, action, message },
    source: { component },
    reportingComponent: component,
    firstTimestamp: time,
    lastTimestamp: time,
    count: 1,
  };
}
