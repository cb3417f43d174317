import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Admission } from './admission';
import type { CertificateEvent } from './certificates/certificate-event';
import type { EventOutcome } from '@podlag/kube';

const prefix = 'podlag_injector_';

/** Seconds: from 100 us, where a review normally ends, to 10 s, where the API server gives up. */
const buckets = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 2.5, 10];

/** What became of a request to /mutate; `error` when it got a problem for an answer. */
type Result = Admission['result'] | 'error';

/** The injector's own registry. Labels have few values each: nothing of a pod or a namespace is one. */
export class InjectorMetrics {
  readonly registry = new Registry();

  private readonly reviews = new Counter({
    name: `${prefix}reviews_total`,
    help: 'Requests to /mutate by result (injected, skipped, denied, error) and reason code.',
    labelNames: ['result', 'reason'],
    registers: [this.registry],
  });

  private readonly durations = new Histogram({
    name: `${prefix}review_duration_seconds`,
    help: 'From the first byte of a request to /mutate to its answer, reading the body included.',
    labelNames: ['result'],
    buckets,
    registers: [this.registry],
  });

  private readonly reloads = new Counter({
    name: `${prefix}reloads_total`,
    help: 'Changes of a watched file by outcome: reloaded, or failed with the last good one still in force.',
    labelNames: ['file', 'outcome'],
    registers: [this.registry],
  });

  private readonly certificateExpiry = new Gauge({
    name: `${prefix}certificate_expiry_timestamp_seconds`,
    help: 'When the serving certificate ends, in seconds since 1970.',
    registers: [this.registry],
  });

  private readonly certificateEvents = new Counter({
    name: `${prefix}certificate_events_total`,
    help: 'What self-signed certificates went through, by event: renewed, rebundled, published, repaired, serving.',
    labelNames: ['event'],
    registers: [this.registry],
  });

  private readonly events = new Counter({
    name: `${prefix}events_total`,
    help: 'Events about pods without their sidecar, by outcome: written, present, failed, dropped.',
    labelNames: ['outcome'],
    registers: [this.registry],
  });

  private readonly handshakeFailures = new Counter({
    name: `${prefix}tls_handshake_failures_total`,
    help: 'TLS connections that came to nothing, for example since the client does not know the CA.',
    registers: [this.registry],
  });

  /** Both are asked at each scrape. */
  constructor({ inFlight, isReady }: { readonly inFlight: () => number; readonly isReady: () => boolean }) {
    // A gauge begins at 0, and no certificate ended in 1970.
    this.certificateExpiry.remove();
    new Gauge({
      name: `${prefix}ready`,
      help: '1 when /readyz says so.',
      registers: [this.registry],
      collect() {
        this.set(isReady() ? 1 : 0);
      },
    });
    new Gauge({
      name: `${prefix}reviews_in_flight`,
      help: 'Requests to /mutate that have no answer yet.',
      registers: [this.registry],
      collect() {
        this.set(inFlight());
      },
    });
  }

  reviewed(result: Result, reason: string, seconds: number): void {
    this.reviews.inc({ result, reason });
    this.durations.observe({ result }, seconds);
  }

  reloaded(file: string, outcome: 'reloaded' | 'failed'): void {
    this.reloads.inc({ file, outcome });
  }

  certificateEnds(notAfter: Date): void {
    this.certificateExpiry.set(notAfter.getTime() / 1000);
  }

  certificateEvent(event: CertificateEvent['kind']): void {
    this.certificateEvents.inc({ event });
  }

  eventEnded(outcome: EventOutcome): void {
    this.events.inc({ outcome });
  }

  handshakeFailed(): void {
    this.handshakeFailures.inc();
  }
}
